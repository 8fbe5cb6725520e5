/** The terminals that are kept alive, so that going back to a session shows its screen at once. */

import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { GatewayGate } from "../gateway/gateway-gate.ts";
import { loadCode } from "../gateway/load-code.ts";
import type { Host } from "../host/host.ts";
import type { LiveTerminal } from "./live-terminal.ts";

/** Terminals kept beside the shown ones; the one not shown for longest is closed. Its program goes on. */
const MAX_TERMINALS = 6;

export interface TerminalPool {
  /** Fetches the terminal's code ahead of its first use: over a slow line each round trip is seen. Never fails. */
  prepare(): Promise<void>;
  open(session: string): Promise<LiveTerminal>;
  /** A terminal that is kept, without waiting: switching to it then takes one frame. */
  known(session: string): LiveTerminal | undefined;
  close(session: string): void;
  reconnectNow(): void;
  dispose(): void;
}

const loadTerminal = () => loadCode(() => import("./live-terminal.ts"));

interface Kept {
  opening: Promise<LiveTerminal>;
  /** Undefined until it is open. */
  live: LiveTerminal | undefined;
}

export function createTerminalPool(gate: GatewayGate, host: Host, client: GatewayClient): TerminalPool {
  const open = new Map<string, Kept>();
  const close = (session: string): void => {
    void open.get(session)?.opening.then((terminal) => terminal.dispose());
    open.delete(session);
  };
  function start(session: string): Kept {
    const opening = Promise.all([loadTerminal(), fontsReady()]).then(([{ createLiveTerminal }]) => {
      kept.live = createLiveTerminal(session, gate, host, client);
      return kept.live;
    });
    const kept: Kept = { opening, live: undefined };
    return kept;
  }
  return {
    async prepare() {
      // What fails here is told when a terminal is opened.
      await Promise.allSettled([loadTerminal(), fontsReady()]);
    },
    open(session) {
      const kept = open.get(session) ?? start(session);
      open.delete(session);
      open.set(session, kept);
      const [oldest] = open.keys();
      if (open.size > MAX_TERMINALS && oldest !== undefined) close(oldest);
      return kept.opening;
    },
    known: (session) => open.get(session)?.live,
    close,
    reconnectNow() {
      for (const { opening } of open.values()) void opening.then((live) => live.reconnectNow());
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
