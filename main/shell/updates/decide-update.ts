/** What happens with a newer version of the app, as pure functions. Sessions are never interrupted for it. */
import type { TrayRow } from "../tray/tray-menu.ts";

export type UpdateState =
  | { is: "off" }
  | { is: "current" }
  | { is: "downloading"; version: string }
  | { is: "ready"; version: string };

/** Ours to install only when no program of ours is in use: the daemon that keeps terminals is the file to be replaced. */
export const mayInstall = (state: UpdateState, running: number): boolean => state.is === "ready" && running === 0;

/** What the tray says about it; nothing while there is nothing to do. */
export function updateRows(state: UpdateState, running: number): TrayRow[] {
  if (state.is === "downloading") return [{ label: `Getting version ${state.version}…` }];
  if (state.is !== "ready") return [];
  if (!mayInstall(state, running)) return [{ label: `Version ${state.version} installs when nothing runs` }];
  return [{ label: `Restart for version ${state.version}`, action: { do: "install-update" } }];
}
