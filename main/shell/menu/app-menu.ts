/** The app menu of each platform, as a pure function. */
import type { MenuItemConstructorOptions } from "electron";
import type { HostCommand } from "../../../shared/protocol/host-bridge.ts";
import type { ShellAction } from "../shell-action.ts";

const HELP_URL = "https://modelcontextprotocol.io";

/**
 * The menu. On macOS it carries the shortcuts (⌘); on Windows and Linux the window shows no menu bar and the page owns
 * its keys, because plain Ctrl belongs to the terminal: there the accelerators are shown but not registered.
 */
export function appMenu(platform: NodeJS.Platform, run: (action: ShellAction) => void): MenuItemConstructorOptions[] {
  const mac = platform === "darwin";
  const command = (label: string, name: HostCommand, key: string): MenuItemConstructorOptions => ({
    label,
    accelerator: mac ? `Command+${key}` : `Ctrl+Shift+${key.replace("Shift+", "")}`,
    registerAccelerator: mac,
    click: () => run({ do: "command", command: name }),
  });
  const own = (role: "cut" | "copy" | "paste" | "selectAll"): MenuItemConstructorOptions => ({
    role,
    registerAccelerator: mac,
  });
  const quit: MenuItemConstructorOptions = {
    label: "Quit Signalbox",
    ...(mac ? { accelerator: "Command+Q" } : {}),
    click: () => run({ do: "quit" }),
  };
  const settings = command("Settings…", "settings", ",");
  const separator: MenuItemConstructorOptions = { type: "separator" };
  const app: MenuItemConstructorOptions = {
    label: "Signalbox",
    submenu: [
      { role: "about" },
      separator,
      settings,
      separator,
      { role: "services" },
      separator,
      { role: "hide" },
      { role: "hideOthers" },
      { role: "unhide" },
      separator,
      quit,
    ],
  };
  const file: MenuItemConstructorOptions = {
    label: mac ? "Session" : "&File",
    submenu: [
      command("New Session…", "new-session", "T"),
      command("Close Session", "close-session", "W"),
      ...(mac ? [] : [separator, settings, separator, quit]),
    ],
  };
  const edit: MenuItemConstructorOptions = {
    label: mac ? "Edit" : "&Edit",
    // Roles bring keys with them; outside macOS those are the terminal's.
    submenu: [
      // On macOS fields leave ⌘Z to the menu; elsewhere they know it themselves.
      ...(mac ? [{ role: "undo" } as const, { role: "redo" } as const, separator] : []),
      ...(["cut", "copy", "paste"] as const).map(own),
      ...(mac ? [{ role: "pasteAndMatchStyle" } as const, { role: "delete" } as const] : []),
      own("selectAll"),
      separator,
      command("Find", "find", "F"),
    ],
  };
  const view: MenuItemConstructorOptions = {
    label: mac ? "View" : "&View",
    submenu: [
      command("Command Palette…", "palette", "Shift+P"),
      separator,
      command("Sessions", "toggle-sessions", "B"),
      command("Activity", "toggle-activity", "J"),
      command("Next Session That Needs You", "next-needing-you", "Shift+A"),
      separator,
      { role: "resetZoom", registerAccelerator: mac },
      { role: "zoomIn", registerAccelerator: mac },
      { role: "zoomOut", registerAccelerator: mac },
      separator,
      { role: "togglefullscreen" },
    ],
  };
  const help: MenuItemConstructorOptions = {
    role: "help",
    submenu: [{ label: "About the Model Context Protocol", click: () => run({ do: "open-address", url: HELP_URL }) }],
  };
  return [...(mac ? [app] : []), file, edit, view, ...(mac ? [{ role: "windowMenu" } as const] : []), help];
}
