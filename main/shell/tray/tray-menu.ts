/** The tray's menu: what it lists for a state, and its form for Electron. Complete in itself, since a click on the icon does nothing on many Linux desktops. */
import type { MenuItemConstructorOptions } from "electron";
import type { ShellAction } from "../shell-action.ts";
import type { TraySession, TrayState } from "./tray-state.ts";

export type TrayRow = "separator" | { label: string; action?: ShellAction };

/** Rows without an action are headings. `extra` comes before the settings. */
export function trayRows(state: TrayState, extra: readonly TrayRow[] = []): TrayRow[] {
  return [
    { label: state.daemon },
    ...(state.outbox === ""
      ? []
      : [{ label: `Outbox: ${state.outbox}`, action: { do: "command", command: "outbox" } } as const]),
    ...inboxRows(state),
    "separator",
    ...section("Needs you", state.needsYou),
    ...section("Running", state.running),
    ...(state.more > 0 ? [{ label: `${state.more} more…`, action: { do: "show" } } as const] : []),
    ...(state.needsYou.length + state.running.length > 0 ? (["separator"] as const) : []),
    { label: "Open Signalbox", action: { do: "show" } },
    { label: "New session…", action: { do: "command", command: "new-session" } },
    "separator",
    state.noticesPaused
      ? { label: "Resume notifications", action: { do: "resume-notices" } }
      : { label: "Pause notifications for an hour", action: { do: "pause-notices" } },
    ...(state.ownDaemon ? [{ label: "Restart daemon…", action: { do: "restart-daemon" } } as const] : []),
    ...extra,
    { label: "Settings…", action: { do: "command", command: "settings" } },
    "separator",
    { label: "Quit Signalbox", action: { do: "quit" } },
  ];
}

function inboxRows({ inbox, inboxMore }: TrayState): TrayRow[] {
  if (inbox.length === 0) return [];
  const rows = inbox.map(({ id, label }): TrayRow => ({ label, action: { do: "open-entry", entry: id } }));
  const more = inboxMore === 0 ? "Open the inbox" : `${inboxMore} more in the inbox…`;
  return ["separator", { label: "Inbox" }, ...rows, { label: more, action: { do: "command", command: "inbox" } }];
}

function section(title: string, sessions: readonly TraySession[]): TrayRow[] {
  if (sessions.length === 0) return [];
  const rows = sessions.map(({ id, label }): TrayRow => ({ label, action: { do: "open-session", session: id } }));
  return [{ label: title }, ...rows];
}

/** Ampersands are doubled where a single one would mark a key. */
export function trayTemplate(
  rows: readonly TrayRow[],
  run: (action: ShellAction) => void,
  platform: NodeJS.Platform,
): MenuItemConstructorOptions[] {
  return rows.map((row) => {
    if (row === "separator") return { type: "separator" };
    const { action } = row;
    const label = platform === "darwin" ? row.label : row.label.replaceAll("&", "&&");
    return action === undefined ? { label, enabled: false } : { label, click: () => run(action) };
  });
}

/** The menu as text, for a report or a test: headings plain, what can be chosen with a mark. */
export const trayText = (rows: readonly TrayRow[]): string =>
  rows
    .map((row) => (row === "separator" ? "──────" : `${row.action === undefined ? " " : "›"} ${row.label}`))
    .join("\n");
