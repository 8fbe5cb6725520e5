/** What is shown: the selected session and call, open dialogs, panels. The address follows the selection. */
import { create } from "zustand";
import { linkPath, parseLinkPath } from "../../shared/links/deep-link.ts";
import { useSettings } from "./settings-store.ts";

export type Overlay =
  | "new-session"
  | "palette"
  | "beside"
  | "send"
  | "links"
  | "rename"
  | "delete"
  | "stop"
  | "restart"
  | "resume"
  | "totals"
  | "session-tools"
  | "ports"
  | "share-preview"
  | "settings"
  | "servers"
  | "inbox"
  | "shortcuts"
  | undefined;
export type Panel = "sessions" | "activity";

/** One thing inside a dialog to which a person is led (shell/aim.ts). */
export type Aim =
  | { at: "server"; server: string }
  | { at: "tool"; server: string; tool: string }
  | { at: "changed-tools"; server: string }
  | { at: "read-only" }
  | { at: "write"; id: number };

export type CallTab = "overview" | "request" | "response" | "progress" | "raw";

/** Beside each other, above each other, or two and two. */
export const ARRANGEMENTS = ["columns", "rows", "grid"] as const;
export type Arrangement = (typeof ARRANGEMENTS)[number];
export const MAX_PANES = 4;

/** What stands in the address of a window for one session. */
const ALONE = "alone";
const isAlone = (): boolean => typeof location !== "undefined" && new URLSearchParams(location.search).has(ALONE);
/** The address of a window for one session. */
export const aloneAddress = (session: string): string => `${linkPath({ session })}?${ALONE}`;

export interface ViewStore {
  session: string | undefined;
  call: string | undefined;
  /** The page of the call's detail; it stays from call to call until the detail is closed. */
  callTab: CallTab;
  /** Port of the preview that has the activity's place. */
  preview: number | undefined;
  /** Another number for each time that a preview is opened at a place of its own. */
  previewVisit: number;
  /** The path that led nowhere readable, to be shown as such. */
  badPath: string | undefined;
  overlay: Overlay;
  /** What the dialog is about: a section of the settings, a session, or an entry of the inbox. */
  about: string | undefined;
  /** What in the dialog is to be looked at first, until it was found. */
  aim: Aim | undefined;
  collapsed: Record<Panel, boolean>;
  /** Below 760 px: whether the bottom sheet is pulled up, and whether the session list is over the terminal. */
  sheetOpen: boolean;
  sessionsOpen: boolean;
  /** Two to four sessions that are shown at once, in reading order; the selected one is among them. */
  panes: readonly string[] | undefined;
  arrangement: Arrangement;
  /** The page is a window for one session: its terminal alone. */
  alone: boolean;
  /** The activity as a waterfall instead of a list. */
  waterfall: boolean;
  /** Sessions that are being deleted and can still be taken back. */
  leaving: readonly string[];
}

export const useView = create<ViewStore>(() => ({
  session: undefined,
  call: undefined,
  callTab: "overview",
  preview: undefined,
  previewVisit: 0,
  badPath: undefined,
  overlay: undefined,
  about: undefined,
  aim: undefined,
  collapsed: { sessions: false, activity: false },
  sheetOpen: false,
  sessionsOpen: false,
  panes: undefined,
  arrangement: "columns",
  alone: isAlone(),
  waterfall: useSettings.getState().activityAs === "waterfall",
  leaving: [],
}));

const INBOX_PATH = /^\/inbox(?:\/([A-Za-z0-9-]{1,64}))?$/;

/** Follows a path from the address bar or a link: `/session/<id>[/call/<call>|/preview/<port>]`, `/settings[/<section>]`, `/inbox[/<entry>]`, or `/` for nothing selected. */
export function followPath(path: string): void {
  const settings = /^\/settings(?:\/([a-z]{1,32}))?$/.exec(path);
  if (settings !== null) {
    openOverlay("settings", settings[1]);
    // A one-time code that came along is still to be read.
    writeAddress(`/${location.hash}`, "replace");
    return;
  }
  const inbox = INBOX_PATH.exec(path);
  if (inbox !== null) {
    openOverlay("inbox", inbox[1]);
    writeAddress(`/${location.hash}`, "replace");
    return;
  }
  const target = parseLinkPath(path);
  if (target !== undefined) {
    const { session, call } = target;
    // A link to a preview shows it also where the activity's place is closed.
    const preview = target.preview ?? (call === undefined ? undefined : keptPreviews.get(session));
    useView.setState(({ collapsed }) => ({
      session,
      call,
      preview,
      badPath: undefined,
      sessionsOpen: false,
      collapsed: target.preview === undefined ? collapsed : { ...collapsed, activity: false },
    }));
    keepPreview(session, preview);
  } else {
    useView.setState({
      session: undefined,
      call: undefined,
      preview: undefined,
      badPath: path === "/" || path === "" ? undefined : path,
    });
  }
}

export function selectSession(id: string | undefined): void {
  const { session, panes } = useView.getState();
  if (session === id) {
    useView.setState({ sessionsOpen: false });
    return;
  }
  const preview = id === undefined ? undefined : keptPreviews.get(id);
  useView.setState({
    session: id,
    call: undefined,
    preview,
    badPath: undefined,
    sessionsOpen: false,
    panes: panesWith(panes, session, id),
  });
  writeAddress(id === undefined ? "/" : placeOf(id, undefined, preview));
}

/** Which preview each session shows, for when one comes back to it. */
const keptPreviews = new Map<string, number>();

function keepPreview(session: string, port: number | undefined): void {
  if (port === undefined) keptPreviews.delete(session);
  else keptPreviews.set(session, port);
}

function placeOf(session: string, call: string | undefined, preview: number | undefined): string {
  if (call !== undefined) return linkPath({ session, call });
  return linkPath(preview === undefined ? { session } : { session, preview });
}

/** Shows the preview of a port in the place of the activity, or the activity again. */
export function showPreview(port: number | undefined): void {
  const { session, collapsed } = useView.getState();
  if (session === undefined) return;
  keepPreview(session, port);
  const activity = port === undefined ? collapsed.activity : false;
  useView.setState({ preview: port, call: undefined, collapsed: { ...collapsed, activity } });
  writeAddress(placeOf(session, undefined, port), "replace");
}

/** Shows a preview anew, at the path that is kept for it. */
export function visitPreview(port: number): void {
  useView.setState(({ previewVisit }) => ({ previewVisit: previewVisit + 1 }));
  showPreview(port);
}

/** The panes after another session was selected: it takes the place of the one that was selected before. */
export function panesWith(
  panes: ViewStore["panes"],
  before: string | undefined,
  selected: string | undefined,
): ViewStore["panes"] {
  if (panes === undefined || selected === undefined) return undefined;
  if (panes.includes(selected)) return panes;
  const at = Math.max(0, before === undefined ? 0 : panes.indexOf(before));
  return panes.map((pane, index) => (index === at ? selected : pane));
}

/** Adds a session to those that are shown; beyond four it takes the place of the last one. */
export function showBeside(other: string): void {
  const { session, panes = session === undefined ? [] : [session] } = useView.getState();
  if (session === undefined || panes.includes(other)) return;
  useView.setState({ panes: [...panes.slice(0, MAX_PANES - 1), other] });
  // The one that is typed in may have been the last.
  if (!useView.getState().panes?.includes(session)) selectSession(other);
}

export const showOne = (): void => useView.setState({ panes: undefined });

/** Takes a session out of those that are shown at once; its program goes on. */
export function leavePane(id: string): void {
  const { session, panes } = useView.getState();
  const rest = panes?.filter((pane) => pane !== id) ?? [];
  useView.setState({ panes: rest.length > 1 ? rest : undefined });
  if (session === id && rest[0] !== undefined) selectSession(rest[0]);
}

/** The next arrangement of as many panes as there are. */
export function arrangeNext(): void {
  const { panes, arrangement } = useView.getState();
  const all: readonly Arrangement[] =
    (panes?.length ?? 0) > 2 ? ARRANGEMENTS : ARRANGEMENTS.filter((each) => each !== "grid");
  useView.setState({ arrangement: all[(all.indexOf(arrangement) + 1) % all.length] ?? "columns" });
}

/** The pane after or before the selected one, around the ends. */
export function neighbourPane(by: 1 | -1): string | undefined {
  const { session, panes } = useView.getState();
  if (panes === undefined || session === undefined) return undefined;
  return panes[(panes.indexOf(session) + by + panes.length) % panes.length];
}

/** Asked for where the activity is a sheet, it is pulled up to be seen. */
export const showWaterfall = (waterfall: boolean): void =>
  useView.setState(({ sheetOpen }) => ({ waterfall, sheetOpen: sheetOpen || waterfall }));

export function selectCall(call: string | undefined): void {
  const { session, call: before, preview } = useView.getState();
  if (session === undefined || call === before) return;
  useView.setState(call === undefined ? { call, callTab: "overview" } : { call });
  writeAddress(placeOf(session, call, preview), "replace");
}

export function openOverlay(overlay: Overlay, about?: string, aim?: Aim): void {
  useView.setState({ overlay, about, aim });
}
export const closeOverlay = (): void => useView.setState({ overlay: undefined, aim: undefined });

/** Shows a call of any session, and closes what lies over it. */
export function showCall(session: string, call: string): void {
  closeOverlay();
  selectSession(session);
  selectCall(call);
}

export function togglePanel(panel: Panel): void {
  useView.setState(({ collapsed }) => ({ collapsed: { ...collapsed, [panel]: !collapsed[panel] } }));
}

function writeAddress(path: string, how: "push" | "replace" = "push"): void {
  if (location.protocol === "file:" || path === location.pathname) return;
  const address = useView.getState().alone ? `${path}?${ALONE}` : path;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}
