/** The place where a live terminal is shown, and what lies over it when it cannot be used. */
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { useServices } from "../shell/services.ts";
import { chosenScheme, useSettings } from "../stores/settings-store.ts";
import { useThemeName } from "../theme/theme.ts";
import type { LiveTerminal, TerminalStatus } from "./live-terminal.ts";
import styles from "./terminal.module.css";

/** Undefined until the terminal's code has arrived. */
export function useLiveTerminal(session: string): LiveTerminal | undefined {
  const { terminals } = useServices();
  const [opened, setOpened] = useState<{ session: string; terminal: LiveTerminal }>();
  const known = terminals.known(session);
  useEffect(() => {
    let gone = false;
    // Also one that is known already: it is in use again.
    void terminals.open(session).then((terminal) => {
      if (!gone && terminal !== known) setOpened({ session, terminal });
    });
    return () => {
      gone = true;
    };
  }, [terminals, session, known]);
  return known ?? (opened?.session === session ? opened.terminal : undefined);
}

const nothing = (): (() => void) => () => {};
const none = (): undefined => undefined;

export const useTerminalStatus = (live: LiveTerminal | undefined): TerminalStatus | undefined =>
  useSyncExternalStore<TerminalStatus | undefined>(live?.subscribe ?? nothing, live?.status ?? none);

/** The ground of the person's own colours, for the margin around the screen too; undefined for the page's. */
export function useTerminalGround(): string | undefined {
  const theme = useThemeName();
  const scheme = useSettings(chosenScheme);
  return theme === "contrast" ? undefined : scheme?.background;
}

interface ViewProps {
  live: LiveTerminal | undefined;
  /** The last frame of a lost connection. */
  dimmed: boolean;
  /** Leaves the focus where it is. */
  quiet: boolean;
}

export function TerminalView({ live, dimmed, quiet }: ViewProps) {
  const place = useRef<HTMLDivElement>(null);
  /** Selecting this half later does not show it anew. */
  const quietAtFirst = useRef(quiet);
  const theme = useThemeName();
  const settings = useSettings();

  // In the frame in which the session is shown, and before the list beside it measures its room.
  useLayoutEffect(() => {
    const parent = place.current;
    if (parent === null || live === undefined) return;
    live.show(parent);
    const observer = new ResizeObserver(() => live.fit());
    observer.observe(parent);
    return () => {
      observer.disconnect();
      parent.replaceChildren();
    };
  }, [live]);

  // After a dialog that closes has given its focus back.
  useEffect(() => {
    if (live !== undefined && !quietAtFirst.current && mayTakeFocus()) live.focus();
  }, [live]);

  useEffect(() => live?.adopt(theme, settings), [live, theme, settings]);

  return <div ref={place} className={dimmed ? styles.dimmed : styles.screen} />;
}

/** A dialog, a drawer or a field in use keeps the focus; a list of sessions gives it up only to a click. */
function mayTakeFocus(): boolean {
  const active = document.activeElement;
  if (active === null || active === document.body) return true;
  return active.closest('[role="dialog"], [data-region="detail"], input, textarea') === null;
}
