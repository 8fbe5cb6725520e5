/** What each command does. */
import { useCallback, useEffect } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import type { HostCommand } from "../../shared/protocol/host-bridge.ts";
import type { CommandId } from "../keys/commands.ts";
import { copyPreviewLink, sharePreview, togglePreview } from "../preview/preview-actions.ts";
import { archiveSession, deleteOnLeaving, removeSession, togglePin } from "../sessions/session-actions.ts";
import { groupSessions, inOrder, nextNeedsYou } from "../sessions/session-groups.ts";
import { isRunning } from "../sessions/session-tone.ts";
import { useApp } from "../stores/app-store.ts";
import { changeSettings, DEFAULT_SETTINGS, useSettings } from "../stores/settings-store.ts";
import {
  arrangeNext,
  leavePane,
  neighbourPane,
  openOverlay,
  selectSession,
  showOne,
  showWaterfall,
  togglePanel,
  useView,
} from "../stores/view-store.ts";
import { restartSession, retryDaemon, startDaemon, startDemoHere, stopCall } from "./actions.ts";
import { onCommand, runCommand } from "./command-bus.ts";
import { copyLink } from "./copy-link.ts";
import { exportSession } from "./export-session.ts";
import { openOwnWindow } from "./own-window.ts";
import { cycleRegion } from "./regions.ts";
import { type Services, useServices } from "./services.ts";
import { useShortcuts } from "./use-shortcuts.ts";

function currentGroups() {
  const { pinned, archived } = useSettings.getState();
  return groupSessions(useApp.getState().app?.sessions ?? [], {
    pinned: new Set(pinned),
    archived: new Set(archived),
    search: "",
    showArchived: false,
  });
}

function commands(services: Services): Partial<Record<CommandId, () => void>> {
  return {
    palette: () => openOverlay("palette"),
    "new-session": () => openOverlay("new-session"),
    demo: () => void startDemoHere(services),
    "close-session": () => selectSession(undefined),
    "next-session": () => neighbour(1),
    "previous-session": () => neighbour(-1),
    "filter-calls": filterCalls,
    "toggle-sessions": () => toggle("sessions"),
    "toggle-activity": () => toggle("activity"),
    "next-needs-you": () =>
      selectSession(nextNeedsYou(currentGroups(), useView.getState().session)?.id ?? useView.getState().session),
    "next-region": () => cycleRegion(1),
    "previous-region": () => cycleRegion(-1),
    settings: () => openOverlay("settings"),
    servers: () => openOverlay("servers"),
    inbox: () => openOverlay("inbox"),
    outbox: () => openOverlay("settings", "outbox"),
    shortcuts: () => openOverlay("shortcuts"),
    "retry-daemon": () => void retryDaemon(services),
    "start-daemon": () => void startDaemon(services),
    "restart-session": () => withSession(({ id }) => openOverlay("restart", id)),
    "stop-session": () => withSession((session) => isRunning(session) && openOverlay("stop", session.id)),
    "resume-session": () => withSession(({ id }) => void restartSession(services, id, true)),
    "resume-interrupted": () => openOverlay("resume"),
    "stop-call": () =>
      withSession(({ id }) => {
        const { call } = useView.getState();
        if (call !== undefined) void stopCall(services, id, call);
      }),
    "open-link": () => withSession(({ id }) => openOverlay("links", id)),
    split: () => openOverlay("beside"),
    "one-pane": showOne,
    "close-pane": () => withSession(({ id }) => leavePane(id)),
    "arrange-panes": arrangeNext,
    "next-pane": () => goToPane(services, 1),
    "previous-pane": () => goToPane(services, -1),
    "own-window": () => withSession(({ id }) => openOwnWindow(services.host, id)),
    "send-to-several": () => openOverlay("send"),
    "rename-session": () => openOverlay("rename"),
    "pin-session": () => withSession((session) => togglePin(session.id)),
    "archive-session": () => withSession(archiveSession),
    "delete-session": () => withSession((session) => removeSession(services, session)),
    "session-tools": () => withSession((session) => openOverlay("session-tools", session.id)),
    "copy-link": () => withSession((session) => copyLink(services.host, { session: session.id })),
    preview: () => withSession((session) => togglePreview(services, session)),
    "preview-ports": () => withSession(({ id }) => openOverlay("ports", id)),
    "preview-copy": () => withSession(({ id }) => copyPreviewLink(id)),
    "preview-share": () => withSession(({ id }) => sharePreview(id)),
    "export-events": () => withSession((session) => void exportSession(services.client, session, "jsonl")),
    "export-recording": () => withSession((session) => void exportSession(services.client, session, "cast")),
    "export-timeline": () => withSession((session) => void exportSession(services.client, session, "trace")),
    "export-replay": () => withSession((session) => void exportSession(services.client, session, "html")),
    "zoom-in": () => zoom(1),
    "zoom-out": () => zoom(-1),
    "zoom-reset": () => changeSettings({ fontSize: DEFAULT_SETTINGS.fontSize }),
    waterfall: () => showWaterfall(!useView.getState().waterfall),
    totals: () => withSession(({ id }) => openOverlay("totals", id)),
    "theme-contrast": () => changeSettings({ contrast: "more" }),
    "theme-dark": () => changeSettings({ theme: "dark", contrast: "normal" }),
    "theme-light": () => changeSettings({ theme: "light", contrast: "normal" }),
    "theme-system": () => changeSettings({ theme: "system", contrast: "system" }),
    "screen-reader": () => changeSettings({ screenReader: !useSettings.getState().screenReader }),
  };
}

/** Where one types is what is selected, so the focus goes there: once the palette has given it back. */
function goToPane({ terminals }: Services, by: 1 | -1): void {
  const id = neighbourPane(by);
  if (id === undefined) return;
  let frames = 0;
  const go = (): void => {
    frames += 1;
    if (document.querySelector('[role="dialog"]') !== null && frames < MAX_CLOSING_FRAMES) requestAnimationFrame(go);
    else terminals.known(id)?.focus();
  };
  requestAnimationFrame(go);
}
const MAX_CLOSING_FRAMES = 60;

/** Of all terminals; Settings → Terminal has the same number. */
function zoom(by: 1 | -1): void {
  changeSettings({ fontSize: Math.max(9, Math.min(24, useSettings.getState().fontSize + by)) });
}

function withSession(run: (session: SessionView) => void): void {
  const { session: id } = useView.getState();
  const session = useApp.getState().app?.sessions.find((known) => known.id === id);
  if (session !== undefined) run(session);
}

/** The session above or below in the list, around its ends. */
function neighbour(by: 1 | -1): void {
  const sessions = inOrder(currentGroups());
  const at = sessions.findIndex(({ id }) => id === useView.getState().session);
  const next = at === -1 ? sessions.at(by === 1 ? 0 : -1) : sessions[(at + by + sessions.length) % sessions.length];
  if (next !== undefined) selectSession(next.id);
}

/** Opens what the field is in, if need be, and goes there. */
function filterCalls(): void {
  useView.setState(({ collapsed }) => ({ sheetOpen: true, collapsed: { ...collapsed, activity: false } }));
  requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-filter]")?.focus());
}

function toggle(panel: "sessions" | "activity"): void {
  if (!window.matchMedia("(max-width: 759px)").matches) togglePanel(panel);
  else if (panel === "sessions") useView.setState(({ sessionsOpen }) => ({ sessionsOpen: !sessionsOpen }));
  else useView.setState(({ sheetOpen }) => ({ sheetOpen: !sheetOpen }));
}

/** What the desktop app's menu and tray call the same things. */
const FROM_HOST: Record<HostCommand, CommandId> = {
  "new-session": "new-session",
  settings: "settings",
  inbox: "inbox",
  outbox: "outbox",
  palette: "palette",
  find: "find",
  "toggle-sessions": "toggle-sessions",
  "toggle-activity": "toggle-activity",
  "next-needing-you": "next-needs-you",
  "close-session": "close-session",
};

export function useCommands(): void {
  const services = useServices();
  useEffect(() => {
    const stops = Object.entries(commands(services)).map(([id, run]) => onCommand(id as CommandId, run));
    stops.push(deleteOnLeaving(services));
    stops.push(services.host.onCommand((command) => runCommand(FROM_HOST[command])));
    return () => {
      for (const stop of stops) stop();
    };
  }, [services]);
  useShortcuts(useCallback((number) => selectSession(inOrder(currentGroups())[number - 1]?.id), []));
}
