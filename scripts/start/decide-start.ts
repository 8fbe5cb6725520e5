/** The choice between the desktop app and the headless gateway, as a pure function of what is known at the start. */
import type { SandboxFacts } from "./sandbox-facts.ts";
import { sandboxCommand } from "./why-not.ts";

export interface StartFacts {
  args: readonly string[];
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** Effective user id; undefined on Windows. */
  uid: number | undefined;
  /** Electron's program, when it is here. */
  electron: string | undefined;
  /** What is known of Electron's sandbox here; undefined where it needs nothing of the system. */
  sandbox?: SandboxFacts | undefined;
  /** The last attempt to fetch it, when it failed. */
  lastFailure: { at: number; reason: string } | undefined;
  now: number;
}

export type StartPlan =
  | { mode: "desktop"; electron: string }
  | { mode: "fetch" }
  | { mode: "headless"; why: string | undefined };

/** An attempt that failed is not repeated before this long, so that a machine without that network starts at once. */
export const FETCH_RETRY_MS = 24 * 60 * 60 * 1000;

/** `--headless` and `--desktop` are this script's own; everything else is passed on. */
export const passedOn = (args: readonly string[]): string[] =>
  args.filter((arg) => arg !== "--headless" && arg !== "--desktop");

const insists = (facts: StartFacts): boolean => facts.args.includes("--desktop");

/** Cheap reasons against a window come first: without a display nothing is fetched. */
export function decideStart(facts: StartFacts): StartPlan {
  if (facts.args.includes("--headless")) return { mode: "headless", why: undefined };
  if (facts.platform === "linux" && !facts.env.DISPLAY && !facts.env.WAYLAND_DISPLAY) {
    return { mode: "headless", why: "There is no display here, so Signalbox runs without its window." };
  }
  if (facts.platform === "linux" && facts.uid === 0) {
    return { mode: "headless", why: "Electron keeps its sandbox only for ordinary users, so root gets no window." };
  }
  const { electron, sandbox } = facts;
  if (electron !== undefined && sandbox?.restricted === true && !sandbox.helperReady && !insists(facts)) {
    return {
      mode: "headless",
      why: `This system does not let Electron make its sandbox, so Signalbox runs without its window. Allow it once: ${sandboxCommand(sandbox.helper)} (a profile of your own for AppArmor does too; then: npm start -- --desktop)`,
    };
  }
  if (electron !== undefined) return { mode: "desktop", electron };
  const failure = facts.lastFailure;
  const recent = failure !== undefined && facts.now - failure.at < FETCH_RETRY_MS && facts.now >= failure.at;
  if (recent && !insists(facts)) {
    return {
      mode: "headless",
      why: `Electron's program is not here (${failure.reason}), so Signalbox runs without its window. To try again: npm start -- --desktop`,
    };
  }
  return { mode: "fetch" };
}
