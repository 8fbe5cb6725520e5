/** The answers to the page's requests over IPC: each checked for its sender first and for its arguments second. */
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { editorAddress, editorRequestSchema } from "../../../shared/links/editor-address.ts";
import { desktopSettingsPatchSchema } from "../../../shared/protocol/desktop-settings.ts";
import { HOST_REQUESTS, type PageTheme, pageThemeSchema } from "../../../shared/protocol/host-bridge.ts";
import { check, parseJson, z } from "../../../shared/protocol/schema.ts";
import type { ElectronApi, IpcQuestion, Window } from "../electron-api.ts";
import { openExternal } from "../links/open-external.ts";
import type { LiveSettings } from "../settings/live-settings.ts";
import { keepState, readState } from "../settings/settings-file.ts";
import { isOurPage } from "./check-sender.ts";

export interface PageOptions {
  electron: Pick<ElectronApi, "ipcMain" | "dialog" | "shell">;
  window: () => Window | undefined;
  gateway: { url: string; token: string; previews: { enter(address: string): string | undefined } };
  settings: LiveSettings;
  /** Folder in which the last choice is kept. */
  state: string;
  sandboxed: boolean;
  onTheme: (theme: PageTheme) => void;
  onReady: () => void;
  onRefused: (channel: string, sender: string) => void;
}

const FOLDER_FILE = "last-folder.json";
const folderSchema = z.object({ folder: z.string() });

/** Where the person chose last, while that is there. Electron itself begins in Downloads each time. */
function lastFolder(state: string): string | undefined {
  const text = readState(state, FOLDER_FILE);
  const read = text === undefined ? undefined : parseJson(folderSchema, text);
  if (read?.ok !== true) return undefined;
  return statSync(read.value.folder, { throwIfNoEntry: false })?.isDirectory() === true ? read.value.folder : undefined;
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
    const defaultPath = lastFolder(options.state) ?? homedir();
    const { canceled, filePaths } = await electron.dialog.showOpenDialog({ properties: [...properties], defaultPath });
    const [path] = filePaths;
    if (canceled || path === undefined) return null;
    keepState(options.state, FOLDER_FILE, { folder: kind === "openDirectory" ? path : dirname(path) });
    return path;
  }

  answer(HOST_REQUESTS.connection, () => ({ url: options.gateway.url, token: options.gateway.token }));
  answer(HOST_REQUESTS.chooseFolder, () => choose("openDirectory"));
  answer(HOST_REQUESTS.chooseFile, () => choose("openFile"));
  answer(HOST_REQUESTS.openExternal, (address) => openExternal(electron, address, options.gateway.previews.enter));
  answer(HOST_REQUESTS.openInEditor, (request) => {
    const read = check(editorRequestSchema, request);
    if (!read.ok) throw new Error(read.reason);
    // Made here of its parts, so that a page can name a file and an editor and nothing else.
    return electron.shell.openExternal(editorAddress(read.value));
  });
  answer(HOST_REQUESTS.settings, () => options.settings.get());
  answer(HOST_REQUESTS.changeSettings, (patch) => {
    const read = check(desktopSettingsPatchSchema, patch);
    if (!read.ok) throw new Error(read.reason);
    return options.settings.change(read.value);
  });
  answer(HOST_REQUESTS.sandboxed, () => options.sandboxed);
  answer(HOST_REQUESTS.theme, (theme) => {
    const read = check(pageThemeSchema, theme);
    if (!read.ok) throw new Error(read.reason);
    options.onTheme(read.value);
  });
  answer(HOST_REQUESTS.ready, () => options.onReady());
}
