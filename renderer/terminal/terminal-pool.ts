/** Owns the terminals that are kept alive, so that going back to a session shows its screen at once. */
import type { Connection, Host } from "../host/host.ts";
import type { LiveTerminal } from "./live-terminal.ts";

/** Terminals kept beside the shown ones; the one not shown for longest is closed. Its program goes on. */
const MAX_TERMINALS = 6;

export interface TerminalPool {
  /** The terminal's code is loaded at first use. */
  open(session: string): Promise<LiveTerminal>;
  close(session: string): void;
  reconnectNow(): void;
  dispose(): void;
}

export function createTerminalPool(connection: Connection, host: Host): TerminalPool {
  const open = new Map<string, Promise<LiveTerminal>>();
  const close = (session: string): void => {
    void open.get(session)?.then((terminal) => terminal.dispose());
    open.delete(session);
  };
  return {
    open(session) {
      const known =
        open.get(session) ??
        Promise.all([import("./live-terminal.ts"), fontsReady()]).then(([{ createLiveTerminal }]) =>
          createLiveTerminal(session, connection, host),
        );
      open.delete(session);
      open.set(session, known);
      const [oldest] = open.keys();
      if (open.size > MAX_TERMINALS && oldest !== undefined) close(oldest);
      return known;
    },
    close,
    reconnectNow() {
      for (const terminal of open.values()) void terminal.then((live) => live.reconnectNow());
    },
    dispose() {
      for (const session of [...open.keys()]) close(session);
    },
  };
}

/** The cell's size is measured once: with a font that comes later it would be wrong for good. A missing font is no reason to wait. */
async function fontsReady(): Promise<void> {
  const text = ["400", "700"].map((weight) => document.fonts.load(`${weight} 13px "JetBrains Mono Variable"`));
  await Promise.allSettled([...text, document.fonts.load('13px "Signalbox Box Drawing"', "─█")]);
}
