/** Owns the questions before something ends, and carrying out the answers. */
import type { ElectronApi } from "../electron-api.ts";
import { decideQuit } from "./decide-quit.ts";

export interface QuitOptions {
  electron: Pick<ElectronApi, "dialog">;
  /** Sessions whose program runs. */
  running: () => number;
  tray: () => boolean;
  hide: () => void;
  /** Ends or restarts our daemon, with everything in it. Gives a reason when that failed. */
  askDaemon: (what: "stop" | "restart") => Promise<string | undefined>;
  /** Gives everything back and ends the app; `restart` when it is to come back as a newer version. */
  end: (restart: boolean) => Promise<void>;
  onProblem: (what: string, details: object) => void;
}

export interface Quit {
  /** The app is on its way out. */
  readonly begun: boolean;
  /** Asks where something would be lost. `forced`: nobody is there to ask. */
  request(forced: boolean): Promise<void>;
  restartDaemon(): Promise<void>;
  /** Ends the app without a question. */
  leave(restart: boolean): Promise<void>;
}

export function createQuit(options: QuitOptions): Quit {
  const { electron } = options;
  let begun = false;
  let asking = false;

  async function leave(restart: boolean): Promise<void> {
    if (begun) return;
    begun = true;
    await options.end(restart);
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
    const { response } = await electron.dialog.showMessageBox(question);
    asking = false;
    return response;
  }

  return {
    get begun() {
      return begun;
    },
    async request(forced) {
      const decision = decideQuit({ running: options.running(), tray: options.tray(), forced });
      if (!decision.ask) return leave(false);
      const labels = decision.buttons.map(({ label }) => label);
      const chosen = decision.buttons[await ask(decision.message, decision.detail, labels, 1)];
      if (chosen?.answer === "keep" && options.tray()) return options.hide();
      if (chosen?.answer === "stop") await tell("stop");
      if (chosen?.answer === "keep" || chosen?.answer === "stop") await leave(false);
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
