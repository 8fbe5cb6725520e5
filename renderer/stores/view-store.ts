/** Owns what is shown: the selected session and call, open dialogs, panels. The address follows the selection. */
import { create } from "zustand";
import { linkPath, parseLinkPath } from "../../shared/links/deep-link.ts";

export type Overlay = "new-session" | "palette" | "settings" | "servers" | "shortcuts" | undefined;
export type Panel = "sessions" | "activity";

export interface ViewStore {
  session: string | undefined;
  call: string | undefined;
  /** The path that led nowhere readable, to be shown as such. */
  badPath: string | undefined;
  overlay: Overlay;
  /** Where settings open. */
  section: string | undefined;
  collapsed: Record<Panel, boolean>;
  /** Below 760 px: whether the bottom sheet is pulled up, and whether the session list is over the terminal. */
  sheetOpen: boolean;
  sessionsOpen: boolean;
  /** A second session beside the first. */
  beside: string | undefined;
}

export const useView = create<ViewStore>(() => ({
  session: undefined,
  call: undefined,
  badPath: undefined,
  overlay: undefined,
  section: undefined,
  collapsed: { sessions: false, activity: false },
  sheetOpen: false,
  sessionsOpen: false,
  beside: undefined,
}));

/** Follows a path from the address bar or a link: `/session/<id>[/call/<call>]`, or `/` for nothing selected. */
export function followPath(path: string): void {
  const target = parseLinkPath(path);
  if (target !== undefined) {
    useView.setState({ session: target.session, call: target.call, badPath: undefined, sessionsOpen: false });
  } else {
    useView.setState({ session: undefined, call: undefined, badPath: path === "/" || path === "" ? undefined : path });
  }
}

export function selectSession(id: string | undefined): void {
  const { session, beside } = useView.getState();
  if (session === id) {
    useView.setState({ sessionsOpen: false });
    return;
  }
  useView.setState({
    session: id,
    call: undefined,
    badPath: undefined,
    sessionsOpen: false,
    beside: beside === id ? undefined : beside,
  });
  writeAddress(id === undefined ? "/" : linkPath({ session: id }));
}

export function selectCall(call: string | undefined): void {
  const { session, call: before } = useView.getState();
  if (session === undefined || call === before) return;
  useView.setState({ call });
  writeAddress(linkPath(call === undefined ? { session } : { session, call }), "replace");
}

export const openOverlay = (overlay: Overlay, section?: string): void => useView.setState({ overlay, section });
export const closeOverlay = (): void => useView.setState({ overlay: undefined });

export function togglePanel(panel: Panel): void {
  useView.setState(({ collapsed }) => ({ collapsed: { ...collapsed, [panel]: !collapsed[panel] } }));
}

function writeAddress(path: string, how: "push" | "replace" = "push"): void {
  if (location.protocol === "file:" || path === location.pathname) return;
  if (how === "push") history.pushState(null, "", path);
  else history.replaceState(null, "", path);
}
