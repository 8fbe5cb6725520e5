/** Owns the entry of the desktop app: the real Electron, handed to the shell. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  type MenuItemConstructorOptions,
  Notification,
  nativeTheme,
  powerMonitor,
  protocol,
  screen,
  shell,
  Tray,
} from "electron";
import { createGateway } from "./gateway/create-gateway.ts";
import type { ElectronApi } from "./shell/electron-api.ts";
import { startDesktop } from "./shell/start-desktop.ts";

function createTray(icon: string) {
  const tray = new Tray(icon);
  const setMenu = (template: MenuItemConstructorOptions[]) => tray.setContextMenu(Menu.buildFromTemplate(template));
  return Object.assign(tray, { setMenu });
}

const electron: ElectronApi = {
  app,
  BrowserWindow,
  createTray,
  setApplicationMenu: (template) => Menu.setApplicationMenu(Menu.buildFromTemplate(template)),
  Notification,
  protocol,
  ipcMain,
  dialog,
  shell,
  screen,
  nativeTheme,
  powerMonitor,
};

/** The packager writes this file only when it was given a place for newer versions. */
async function loadUpdater() {
  if (!app.isPackaged || !existsSync(join(process.resourcesPath, "app-update.yml"))) return undefined;
  const { autoUpdater } = await import("electron-updater");
  return autoUpdater;
}

const root = resolve(import.meta.dirname, "..", "..");
// A package is its own program; a checkout is Electron's program and the folder that it is given.
const own = app.isPackaged ? 1 : 2;

// Not awaited here: Electron becomes ready only after this module has run.
startDesktop(electron, {
  args: process.argv.slice(own),
  platform: process.platform,
  self: { program: process.execPath, args: app.isPackaged ? [] : [root] },
  root,
  createGateway,
  loadUpdater,
})
  .then((desktop) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => void desktop?.shell.requestQuit(true));
    }
  })
  .catch((error: unknown) => {
    dialog.showErrorBox("Signalbox could not start.", error instanceof Error ? error.message : String(error));
    app.exit(1);
  });
