/** Owns what is shown: the selected session and call, open dialogs, panels. The address follows the selection. */
import { create } from "zustand";
import { linkPath, parseLinkPath } from "../../shared/links/deep-link.ts";
import { useSettings } from "./settings-store.ts";

export type Overlay =
  | "new-session"
  | "palette"
  | "beside"
  | "rename"
  | "delete"
  | "session-tools"
  | "settings"
  | "servers"
  | "shortcuts"
  | undefined;
export type Panel = "sessions" | "activity";

export interface ViewStore {
  session: string | undefined;
  call: string | undefined;
  /** The path that led nowhere readable, to be shown as such. */
  badPath: string | undefined;
  overlay: Overlay;
  /** What the dialog is about: a section of the settings, or a session. */
  about: string | undefined;
  collapsed: Record<Panel, boolean>;
  /** Below 760 px: whether the bottom sheet is pulled up, and whether the session list is over the terminal. */
  sheetOpen: boolean;
  sessionsOpen: boolean;
  /** Two sessions side by side, from left to right; the selected one is among them. */
  pair: readonly [string, string] | undefined;
  /** The activity as a waterfall instead of a list. */
  waterfall: boolean;
  /** Sessions that are being deleted and can still be taken back. */
  leaving: readonly string[];
}

export const useView = create<ViewStore>(() => ({
  session: undefined,
  call: undefined,
  badPath: undefined,
  overlay: undefined,
  about: undefined,
  collapsed: { sessions: false, activity: false },
  sheetOpen: false,
  sessionsOpen: false,
  pair: undefined,
  waterfall: useSettings.getState().activityAs === "waterfall",
  leaving: [],
}));

/** Follows a path from the address bar or a link: `/session/<id>[/call/<call>]`, `/settings[/<section>]`, or `/` for nothing selected. */
export function followPath(path: string): void {
  const settings = /^\/settings(?:\/([a-z]{1,32}))?$/.exec(path);
  if (settings !== null) {
    openOverlay("settings", settings[1]);
    // A one-time code that came along is still to be read.
    writeAddress(`/${location.hash}`, "replace");
    return;
  }
  const target = parseLinkPath(path);
  if (target !== undefined) {
    useView.setState({ session: target.session, call: target.call, badPath: undefined, sessionsOpen: false });
  } else {
    useView.setState({ session: undefined, call: undefined, badPath: path === "/" || path === "" ? undefined : path });
  }
}

export function selectSession(id: string | undefined): void {
  const { session, pair } = useView.getState();
  if (session === id) {
    useView.setState({ sessionsOpen: false });
    return;
  }
  useView.setState({
    session: id,
    call: undefined,
    badPath: undefined,
    sessionsOpen: false,
    pair: pairWith(pair, session, id),
  });
  writeAddress(id === undefined ? "/" : linkPath({ session: id }));
}

/** The pair after another session was selected: it takes the place of the one that was selected before. */
export function pairWith(
  pair: ViewStore["pair"],
  before: string | undefined,
  selected: string | undefined,
): ViewStore["pair"] {
  if (pair === undefined || selected === undefined) return undefined;
  if (pair.includes(selected)) return pair;
  return pair[1] === before ? [pair[0], selected] : [selected, pair[1]];
}

export function showBeside(other: string | undefined): void {
  const { session } = useView.getState();
  useView.setState({
    pair: session === undefined || other === undefined || other === session ? undefined : [session, other],
  });
}

/** Asked for where the activity is a sheet, it is pulled up to be seen. */
export const showWaterfall = (waterfall: boolean): void =>
  useView.setState(({ sheetOpen }) => ({ waterfall, sheetOpen: sheetOpen || waterfall }));

export function selectCall(call: string | undefined): void {
  const { session, call: before } = useView.getState();
  if (session === undefined || call === before) return;
  useView.setState({ call });
  writeAddress(linkPath(call === undefined ? { session } : { session, call }), "replace");
}

export function openOverlay(overlay: Overlay, about?: string): void {
  useView.setState({ overlay, about });
}
export const closeOverlay = (): void => useView.setState({ overlay: undefined });

export function togglePanel(panel: Panel): void {
  useView.setState(({ collapsed }) => ({ collapsed: { ...collapsed, [panel]: !collapsed[panel] } }));
}

function writeAddress(path: string, how: "push" | "replace" = "push"): void {
  if (location.protocol === "file:" || path === location.pathname) return;
  if (how === "push") history.pushState(null, "", path);
  else history.replaceState(null, "", path);
}
