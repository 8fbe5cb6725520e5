/** Owns the answers to the page's requests over IPC: each checked for its sender first and for its arguments second. */
import { desktopSettingsPatchSchema } from "../../../shared/protocol/desktop-settings.ts";
import { HOST_REQUESTS } from "../../../shared/protocol/host-bridge.ts";
import { check } from "../../../shared/protocol/schema.ts";
import type { ElectronApi, IpcQuestion, Window } from "../electron-api.ts";
import { openExternal } from "../links/open-external.ts";
import type { LiveSettings } from "../settings/live-settings.ts";
import { isOurPage } from "./check-sender.ts";

export interface PageOptions {
  electron: Pick<ElectronApi, "ipcMain" | "dialog" | "shell">;
  window: () => Window | undefined;
  gateway: { url: string; token: string };
  settings: LiveSettings;
  onReady: () => void;
  onRefused: (channel: string, sender: string) => void;
}

/** Registers one handler per channel. A sender that is not our page gets an error that tells it nothing. */
export function answerPage(options: PageOptions): void {
  const { electron } = options;
  function answer(channel: string, handler: (argument: unknown) => unknown): void {
    electron.ipcMain.handle(channel, (event: IpcQuestion, argument: unknown) => {
      if (isOurPage(event, options.window())) return handler(argument);
      options.onRefused(channel, event.senderFrame?.url ?? "a frame that is gone");
      throw new Error("refused");
    });
  }

  async function choose(kind: "openDirectory" | "openFile"): Promise<string | null> {
    const properties = kind === "openDirectory" ? ([kind, "createDirectory"] as const) : ([kind] as const);
    const { canceled, filePaths } = await electron.dialog.showOpenDialog({ properties: [...properties] });
    return canceled ? null : (filePaths[0] ?? null);
  }

  answer(HOST_REQUESTS.connection, () => ({ url: options.gateway.url, token: options.gateway.token }));
  answer(HOST_REQUESTS.chooseFolder, () => choose("openDirectory"));
  answer(HOST_REQUESTS.chooseFile, () => choose("openFile"));
  answer(HOST_REQUESTS.openExternal, (address) => openExternal(electron, address));
  answer(HOST_REQUESTS.settings, () => options.settings.get());
  answer(HOST_REQUESTS.changeSettings, (patch) => {
    const read = check(desktopSettingsPatchSchema, patch);
    if (!read.ok) throw new Error(read.reason);
    return options.settings.change(read.value);
  });
  answer(HOST_REQUESTS.ready, () => options.onReady());
}
