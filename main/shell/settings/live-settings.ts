/** The desktop's own settings while the app runs: kept on every change, and told to the system where it has a say. */
import type { DesktopSettings, DesktopSettingsPatch } from "../../../shared/protocol/desktop-settings.ts";
import { keepSettings, readSettings, withPatch } from "./settings-file.ts";

export interface LiveSettings {
  get(): DesktopSettings;
  change(patch: DesktopSettingsPatch): DesktopSettings;
  /** Announces nothing before this time; null ends a pause. */
  pauseNotices(until: Date | null): void;
}

export interface LiveSettingsOptions {
  /** Tells the system. Throws what the system refuses. */
  startAtLogin: (enabled: boolean) => "done" | "needs-approval";
  /** The person has to allow it in the system's settings. */
  onApproval: () => void;
  folder: string;
  onChange: () => void;
  onProblem: (what: string, details: object) => void;
}

export function createSettings(options: LiveSettingsOptions): LiveSettings {
  let settings = readSettings(options.folder);
  function change(patch: DesktopSettingsPatch): DesktopSettings {
    settings = withPatch(settings, patch);
    const reason = keepSettings(options.folder, settings);
    if (reason !== undefined) options.onProblem("the settings were not kept", { reason });
    if (patch.open_at_login !== undefined) tellSystem(patch.open_at_login);
    options.onChange();
    return settings;
  }
  function tellSystem(enabled: boolean): void {
    try {
      if (options.startAtLogin(enabled) === "needs-approval") options.onApproval();
    } catch (error) {
      options.onProblem("starting at login could not be changed", { error });
    }
  }
  return {
    get: () => settings,
    change,
    pauseNotices(until) {
      change({ notifications: { ...settings.notifications, paused_until: until?.toISOString() ?? null } });
    },
  };
}
