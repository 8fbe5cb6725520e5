/** Opens a web address outside: decided, shown to the person, and only then handed over. */
import { decideExternal } from "../../../shared/links/decide-external.ts";
import type { ElectronApi } from "../electron-api.ts";

/**
 * Resolves when it was opened or declined. Never a shell, and never without the person having seen the real target.
 * `enter` gives the address that lets the browser into a preview, which is closed to it otherwise; the one-time code in it is not shown.
 */
export async function openExternal(
  electron: Pick<ElectronApi, "dialog" | "shell">,
  address: unknown,
  enter: (address: string) => string | undefined = () => undefined,
): Promise<void> {
  const decision = decideExternal(address, URL.parse);
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
  if (response === 0) await electron.shell.openExternal(enter(decision.url) ?? decision.url);
}
