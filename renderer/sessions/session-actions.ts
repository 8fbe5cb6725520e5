/** What a person does to sessions: pin, archive, rename, delete; each can be taken back. */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { regainFocus } from "../shell/regions.ts";
import type { Services } from "../shell/services.ts";
import { changeSettings, useSettings } from "../stores/settings-store.ts";
import { toastFault, toastUndo } from "../stores/toasts.ts";
import { openOverlay, selectSession, useView } from "../stores/view-store.ts";

const without = (list: readonly string[], id: string): string[] => list.filter((other) => other !== id);

export function togglePin(id: string): void {
  const { pinned } = useSettings.getState();
  changeSettings({ pinned: pinned.includes(id) ? without(pinned, id) : [...pinned, id] });
}

export function archiveSession(session: SessionView): void {
  const { archived } = useSettings.getState();
  const { id } = session;
  if (archived.includes(id)) {
    changeSettings({ archived: without(archived, id) });
    return;
  }
  changeSettings({ archived: [...archived, id] });
  toastUndo(`Archived “${oneLine(session.label, 40)}”`, () =>
    changeSettings({ archived: without(useSettings.getState().archived, id) }),
  );
}

/** A running program is ended by it, so then the person is asked first. */
export function removeSession(services: Services, session: SessionView): void {
  if (session.terminal.state === "running") openOverlay("delete", session.id);
  else deleteWithUndo(services, session);
}

/** For so long a deleted session can be taken back; the gateway is asked only then. */
const GRACE_MS = 8_000;

/** Deletes that can still be taken back. */
const pending = new Set<string>();

export function deleteWithUndo(services: Services, session: SessionView): void {
  const { id } = session;
  const settle = () => {
    clearTimeout(timer);
    pending.delete(id);
  };
  const stay = () => useView.setState(({ leaving }) => ({ leaving: without(leaving, id) }));
  pending.add(id);
  useView.setState(({ leaving }) => ({ leaving: [...leaving, id] }));
  if (useView.getState().session === id) selectSession(undefined);
  regainFocus();
  const timer = setTimeout(() => {
    settle();
    void services.client.deleteSession(id).then((deleted) => {
      stay();
      if (!deleted.ok) {
        toastFault(deleted.fault);
        return;
      }
      services.streams.close(id);
      services.terminals.close(id);
    });
  }, GRACE_MS);
  toastUndo(`Deleted “${oneLine(session.label, 40)}”`, () => {
    settle();
    stay();
  });
}

/** "Deleted" was said, so leaving the page carries it out: only Undo takes it back. Gives the function that stops it. */
export function deleteOnLeaving({ client }: Services): () => void {
  const leave = () => {
    for (const id of pending) client.deleteSessionAtLast(id);
    pending.clear();
  };
  window.addEventListener("pagehide", leave);
  return () => window.removeEventListener("pagehide", leave);
}

export async function renameSession(services: Services, session: SessionView, label: string): Promise<void> {
  const renamed = await services.client.renameSession(session.id, label);
  if (!renamed.ok) toastFault(renamed.fault);
  else
    toastUndo(
      `Renamed to “${oneLine(label, 40)}”`,
      () => void services.client.renameSession(session.id, session.label),
    );
}
