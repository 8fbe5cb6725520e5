/** The desktop's own settings on disk: read once, replaced whole, and never a reason not to start. */

import { join } from "node:path";
import {
  DEFAULT_DESKTOP_SETTINGS,
  type DesktopSettings,
  type DesktopSettingsPatch,
  desktopSettingsPatchSchema,
} from "../../../shared/protocol/desktop-settings.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { readPrivateFile, writePrivateFile } from "../../home/private-file.ts";

const MAX_BYTES = 64 * 1024;

/** Text of a small file in the home folder; undefined when it is absent or not to be trusted. */
export function readState(folder: string, name: string): string | undefined {
  const file = readPrivateFile(join(folder, name), MAX_BYTES);
  return file.outcome === "read" ? file.text : undefined;
}

/** Keeps a file in the home folder. Gives the reason when that fails; nothing depends on it. */
export function keepState(folder: string, name: string, state: unknown): string | undefined {
  try {
    writePrivateFile(join(folder, name), `${JSON.stringify(state, null, 2)}\n`);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

const FILE = "desktop.json";

/** What is kept, over the defaults; a damaged file counts as empty. */
export function readSettings(folder: string): DesktopSettings {
  const text = readState(folder, FILE);
  const read = text === undefined ? undefined : parseJson(desktopSettingsPatchSchema, text);
  return read?.ok === true ? withPatch(DEFAULT_DESKTOP_SETTINGS, read.value) : DEFAULT_DESKTOP_SETTINGS;
}

export const keepSettings = (folder: string, settings: DesktopSettings): string | undefined =>
  keepState(folder, FILE, settings);

export function withPatch(settings: DesktopSettings, patch: DesktopSettingsPatch): DesktopSettings {
  return {
    close_to_tray: patch.close_to_tray ?? settings.close_to_tray,
    open_at_login: patch.open_at_login ?? settings.open_at_login,
    notifications: patch.notifications ?? settings.notifications,
  };
}
