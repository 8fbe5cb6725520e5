/** Which session was shown last, so that a start without an address can show it again. */
import { useApp } from "./app-store.ts";
import { useSettings } from "./settings-store.ts";
import { selectSession, useView } from "./view-store.ts";

const KEY = "signalbox.last-session";

/** Shows the last session once it is known to be there still, then keeps note of the shown one. Gives the function that stops it. */
export function followLastSession(): () => void {
  const { session: shown } = useView.getState();
  if (shown !== undefined) note(shown);
  const stopNoting = useView.subscribe((view, before) => {
    if (view.session !== before.session) note(view.session);
  });
  const resume = (): boolean => {
    const { app } = useApp.getState();
    if (app === undefined) return false;
    const { session, badPath } = useView.getState();
    const last = recall();
    const wanted = useSettings.getState().startWith === "last" && session === undefined && badPath === undefined;
    if (wanted && app.sessions.some(({ id }) => id === last)) selectSession(last);
    return true;
  };
  if (resume()) return stopNoting;
  const stopWaiting = useApp.subscribe(() => resume() && stopWaiting());
  return () => {
    stopNoting();
    stopWaiting();
  };
}

function note(id: string | undefined): void {
  try {
    if (id === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, id);
  } catch {
    // Storage is blocked: the next start shows nothing.
  }
}

function recall(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
