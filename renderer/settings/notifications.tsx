/** Owns the settings of notifications, which the desktop app shows. */
import { useEffect, useState } from "react";
import type { DesktopSettings, DesktopSettingsPatch } from "../../shared/protocol/desktop-settings.ts";
import { useServices } from "../shell/services.ts";
import { Toggle } from "./controls.tsx";
import styles from "./pages.module.css";
import { useMatches } from "./search-context.ts";

export function Notifications() {
  const { desktop } = useServices().host;
  const [settings, setSettings] = useState<DesktopSettings>();
  useEffect(() => {
    void desktop?.settings().then(setSettings);
  }, [desktop]);
  const matches = useMatches("notifications");
  if (desktop === undefined) {
    return !matches ? null : (
      <p className={styles.text} data-setting="">
        The desktop app tells you when a session needs you, fails or finishes. In a browser the title of the tab counts
        the sessions that need you.
      </p>
    );
  }
  if (settings === undefined) return null;
  const change = (patch: DesktopSettingsPatch) => void desktop.change(patch).then(setSettings);
  const { notifications } = settings;
  const notify = (patch: Partial<DesktopSettings["notifications"]>) =>
    change({ notifications: { ...notifications, ...patch } });
  return (
    <>
      <Toggle
        label="A session needs you"
        value={notifications.needs_you}
        onChange={(needs_you) => notify({ needs_you })}
      />
      <Toggle label="A session failed" value={notifications.failed} onChange={(failed) => notify({ failed })} />
      <Toggle
        label="A session finished"
        hint="After 30 seconds or more."
        value={notifications.finished}
        onChange={(finished) => notify({ finished })}
      />
      <Toggle
        label="Quiet from 22:00 to 07:00"
        value={notifications.quiet_hours !== null}
        onChange={(quiet) => notify({ quiet_hours: quiet ? { from: "22:00", to: "07:00" } : null })}
      />
      <Toggle
        label="Keep running in the tray"
        hint="Closing the window leaves the app in the tray while sessions run."
        value={settings.close_to_tray}
        onChange={(close_to_tray) => change({ close_to_tray })}
      />
      <Toggle
        label="Start with the computer"
        value={settings.open_at_login}
        onChange={(open_at_login) => change({ open_at_login })}
      />
    </>
  );
}
