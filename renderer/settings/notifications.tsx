/** The settings of notifications, which the desktop app shows. */
import type { DesktopSettings } from "../../shared/protocol/desktop-settings.ts";
import { formatMinute } from "../activity/elapsed.ts";
import { Button } from "../parts/button.tsx";
import { useServices } from "../shell/services.ts";
import controls from "./controls.module.css";
import { SettingRow, Toggle } from "./controls.tsx";
import styles from "./pages.module.css";
import { useMatches } from "./search-context.ts";
import { useDesktopSettings } from "./use-desktop-settings.ts";

const USUAL = { from: "22:00", to: "07:00" };

export function Notifications() {
  const { desktop } = useServices().host;
  const { settings, change } = useDesktopSettings();
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
  const { notifications } = settings;
  const notify = (patch: Partial<DesktopSettings["notifications"]>) =>
    change({ notifications: { ...notifications, ...patch } });
  const { quiet_hours: quiet, paused_until: paused } = notifications;
  return (
    <>
      {paused !== null && Date.parse(paused) > Date.now() && (
        <SettingRow label={`Paused until ${formatMinute(paused)}`} hint="Nothing is announced before.">
          {() => <Button onClick={() => notify({ paused_until: null })}>Go on now</Button>}
        </SettingRow>
      )}
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
        label="Quiet hours"
        hint="Nothing is announced in them."
        value={quiet !== null}
        onChange={(on) => notify({ quiet_hours: on ? USUAL : null })}
      />
      {quiet !== null && (
        <SettingRow label="Quiet">
          {() => (
            <span className={controls.number}>
              from
              <Time
                name="Quiet from"
                value={quiet.from}
                onChange={(from) => notify({ quiet_hours: { ...quiet, from } })}
              />
              to
              <Time name="Quiet to" value={quiet.to} onChange={(to) => notify({ quiet_hours: { ...quiet, to } })} />
            </span>
          )}
        </SettingRow>
      )}
    </>
  );
}

function Time({ name, value, onChange }: { name: string; value: string; onChange: (value: string) => void }) {
  return (
    <input
      type="time"
      className={controls.time}
      aria-label={name}
      value={value}
      onChange={(event) => event.target.value !== "" && onChange(event.target.value)}
    />
  );
}
