/** The entry of the desktop app: the real Electron, handed to the shell. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  app,
  BrowserWindow,
  clipboard,
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
import { reasonOf } from "../shared/text/reason-of.ts";
import { createGateway } from "./gateway/create-gateway.ts";
import { handOn } from "./home/extra-certificates.ts";
import { complain } from "./home/say.ts";
import { selfCommand } from "./home/self-command.ts";
import { commandFromArgs } from "./shell/command-from-args.ts";
import type { ElectronApi } from "./shell/electron-api.ts";
import { keepCrash } from "./shell/keep-crash.ts";
import { startDesktop } from "./shell/start-desktop.ts";
import { createStartReport } from "./shell/start-report.ts";
import { findTrayHost } from "./shell/tray/tray-host.ts";

function createTray(icon: string) {
  const tray = new Tray(icon);
  const setMenu = (template: MenuItemConstructorOptions[]) => tray.setContextMenu(Menu.buildFromTemplate(template));
  return Object.assign(tray, { setMenu });
}

/** A dialogue belongs to the window that can be seen, if any: on Linux it may open behind it otherwise. */
const parent = () => BrowserWindow.getAllWindows().find((window) => window.isVisible() && !window.isMinimized());

const electron: ElectronApi = {
  app,
  BrowserWindow,
  createTray,
  setApplicationMenu: (template) => Menu.setApplicationMenu(Menu.buildFromTemplate(template)),
  Notification,
  protocol,
  ipcMain,
  dialog: {
    showMessageBox(options) {
      const window = parent();
      return window === undefined ? dialog.showMessageBox(options) : dialog.showMessageBox(window, options);
    },
    showOpenDialog(options) {
      const window = parent();
      return window === undefined ? dialog.showOpenDialog(options) : dialog.showOpenDialog(window, options);
    },
    showErrorBox: (title, content) => dialog.showErrorBox(title, content),
  },
  popupMenu: (template) => Menu.buildFromTemplate(template).popup(),
  copyText: (text) => clipboard.writeText(text),
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

const command = app.isPackaged ? commandFromArgs(process.argv.slice(own)) : undefined;
if (command === undefined) start();
else runCommand(command);

/** The command line is this program run as plain Node; the window's part of it waits and ends with its exit code. */
function runCommand(args: readonly string[]): void {
  const { command: program, args: given, env } = selfCommand(...args);
  const child = spawn(program, given, { stdio: "inherit", env: { ...process.env, ...env, ...handOn() } });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    complain(error.message);
    app.exit(1);
  });
  child.on("exit", (code) => app.exit(code ?? 1));
}

// Not awaited: Electron becomes ready only after this module has run.
function start(): void {
  const report = createStartReport(process.env);
  // The shell's own state may be broken then, so it ends; agents live in another process.
  process.on("uncaughtException", (error) => {
    report("failed");
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const kept = keepCrash(process.argv.slice(own), detail);
    dialog.showErrorBox("Signalbox has to end.", `${detail.split("\n")[0]}\nYour agents keep running. ${kept}`);
    app.exit(1);
  });
  // One thing that was begun has failed; Electron alone would say so to a terminal that nobody sees.
  process.on("unhandledRejection", (reason) => {
    keepCrash(
      process.argv.slice(own),
      reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
      "error",
    );
  });
  startDesktop(electron, {
    args: process.argv.slice(own),
    platform: process.platform,
    // The variable does what the switch does.
    sandboxed: !app.commandLine.hasSwitch("no-sandbox") && process.env.ELECTRON_DISABLE_SANDBOX === undefined,
    self: { program: process.execPath, args: app.isPackaged ? [] : [root] },
    root,
    createGateway,
    loadUpdater,
    report,
    trayHost: async () => (process.platform === "linux" ? findTrayHost() : "the system"),
  })
    .then((desktop) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        process.on(signal, () => void desktop?.shell.requestQuit(true));
      }
    })
    .catch((error: unknown) => {
      report("failed");
      dialog.showErrorBox("Signalbox could not start.", reasonOf(error));
      app.exit(1);
    });
}
