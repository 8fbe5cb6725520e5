/** The questions before something ends, and carrying out the answers. */
import type { ElectronApi } from "../electron-api.ts";
import { decideQuit } from "./decide-quit.ts";

/** `forced`: the system shuts down or a signal came. `update`: it comes back as the version that was fetched. */
export type AppEnd = "asked" | "forced" | "update";

export interface QuitOptions {
  electron: Pick<ElectronApi, "dialog">;
  /** Sessions whose program runs. */
  running: () => number;
  /** Whether a tray leads back to a hidden window. */
  tray: () => Promise<boolean>;
  hide: () => void;
  /** Ends or restarts our daemon, with everything in it. Gives a reason when that failed. */
  askDaemon: (what: "stop" | "restart") => Promise<string | undefined>;
  /** Gives everything back and ends the app. */
  end: (how: AppEnd) => Promise<void>;
  onProblem: (what: string, details: object) => void;
}

export interface Quit {
  /** The app is on its way out. */
  readonly begun: boolean;
  /** Asks where something would be lost. `forced`: nobody is there to ask. */
  request(forced: boolean): Promise<void>;
  restartDaemon(): Promise<void>;
  /** Ends the app without a question. */
  leave(how: AppEnd): Promise<void>;
}

export function createQuit(options: QuitOptions): Quit {
  const { electron } = options;
  let begun = false;
  let asking = false;

  async function leave(how: AppEnd): Promise<void> {
    if (begun) return;
    begun = true;
    await options.end(how);
  }

  async function tell(what: "stop" | "restart"): Promise<void> {
    const reason = await options.askDaemon(what);
    if (reason !== undefined) options.onProblem(`the daemon did not ${what}`, { reason });
  }

  /** One question at a time; asking again while one is open changes nothing. Gives the index of the answer. */
  async function ask(message: string, detail: string, buttons: string[], defaultId: number): Promise<number> {
    if (asking) return 0;
    asking = true;
    const question = { type: "question", message, detail, buttons, defaultId, cancelId: 0, noLink: true } as const;
    try {
      return (await electron.dialog.showMessageBox(question)).response;
    } catch (error) {
      // As when its window has gone: nothing was answered, and the next question must be asked.
      options.onProblem("a question could not be asked", { error });
      return 0;
    } finally {
      asking = false;
    }
  }

  return {
    get begun() {
      return begun;
    },
    async request(forced) {
      if (forced) return leave("forced");
      const tray = await options.tray();
      if (begun) return;
      const decision = decideQuit({ running: options.running(), tray, forced });
      if (!decision.ask) return leave(forced ? "forced" : "asked");
      const labels = decision.buttons.map(({ label }) => label);
      const chosen = decision.buttons[await ask(decision.message, decision.detail, labels, 1)];
      if (chosen?.answer === "keep" && tray) return options.hide();
      if (chosen?.answer === "stop") await tell("stop");
      if (chosen?.answer === "keep" || chosen?.answer === "stop") await leave("asked");
    },
    leave,
    async restartDaemon() {
      const count = options.running();
      const many = count === 1 ? "One agent is" : `${count} agents are`;
      const detail = `${many} running in it and will be ended. History is kept.`;
      if (count > 0 && (await ask("Restart the daemon?", detail, ["Cancel", "Restart"], 0)) !== 1) return;
      await tell("restart");
    },
  };
}
