/** Owns opening a web address outside: decided, shown to the person, and only then handed over. */
import type { ElectronApi } from "../electron-api.ts";
import { decideExternal } from "./decide-external.ts";

/** Resolves when it was opened or declined. Never a shell, and never without the person having seen the real target. */
export async function openExternal(electron: Pick<ElectronApi, "dialog" | "shell">, address: unknown): Promise<void> {
  const decision = decideExternal(address);
  if (!decision.open) {
    await electron.dialog.showMessageBox({
      type: "warning",
      message: "This link was not opened.",
      detail: decision.reason,
      buttons: ["OK"],
    });
    return;
  }
  const { response } = await electron.dialog.showMessageBox({
    type: "question",
    message: `Open ${decision.host} in your browser?`,
    detail: decision.shown,
    buttons: ["Open", "Cancel"],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  if (response === 0) await electron.shell.openExternal(decision.url);
}
