/** Reads and changes the settings that only the desktop app has. */
import { useEffect, useState } from "react";
import type { DesktopSettings, DesktopSettingsPatch } from "../../shared/protocol/desktop-settings.ts";
import { useServices } from "../shell/services.ts";

interface DesktopSettingsView {
  /** Undefined in a browser, and until they are read. */
  settings: DesktopSettings | undefined;
  change: (patch: DesktopSettingsPatch) => void;
}

export function useDesktopSettings(): DesktopSettingsView {
  const { desktop } = useServices().host;
  const [settings, setSettings] = useState<DesktopSettings>();
  useEffect(() => {
    void desktop?.settings().then(setSettings);
  }, [desktop]);
  return { settings, change: (patch) => void desktop?.change(patch).then(setSettings) };
}
