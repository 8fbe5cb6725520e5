/** What closing the window and quitting mean while agents run, as pure functions. */

export interface QuitFacts {
  /** Sessions whose program runs. */
  running: number;
  tray: boolean;
  /** The system shuts down or a signal came: there is nobody to ask. */
  forced: boolean;
}

export type QuitAnswer = "cancel" | "keep" | "stop";

export type QuitDecision =
  | { ask: false }
  | { ask: true; message: string; detail: string; buttons: { label: string; answer: QuitAnswer }[] };

/** Asks only when something would be lost, and says exactly what each answer does. The first answer changes nothing. */
export function decideQuit(facts: QuitFacts): QuitDecision {
  if (facts.forced || facts.running === 0) return { ask: false };
  const many = facts.running !== 1;
  const keep = facts.tray ? "Keep running in tray" : "Quit, keep agents running";
  const kept = facts.tray
    ? `“${keep}” closes the window; you are still notified when one needs you.`
    : `“${keep}” ends this app only; you find ${many ? "them" : "it"} again when you start it.`;
  return {
    ask: true,
    message: many ? `${facts.running} sessions are running.` : "A session is running.",
    detail: `${kept} “Stop and quit” ends ${many ? "their agents" : "its agent"}; history is kept.`,
    buttons: [
      { label: "Cancel", answer: "cancel" },
      { label: keep, answer: "keep" },
      { label: "Stop and quit", answer: "stop" },
    ],
  };
}

export interface CloseFacts {
  running: number;
  tray: boolean;
  closeToTray: boolean;
  platform: NodeJS.Platform;
}

/**
 * `hide` keeps the app; `quit` asks for its end. An app on macOS stays when its window goes; elsewhere it stays only
 * while sessions run, when the person wishes so, and only where a tray leads back to it.
 */
export function decideClose(facts: CloseFacts): "hide" | "quit" {
  if (facts.platform === "darwin") return "hide";
  return facts.closeToTray && facts.tray && facts.running > 0 ? "hide" : "quit";
}
