/** The settings of notifications: those of the desktop app, or those that this browser shows. */
import { useState } from "react";
import type { DesktopSettings } from "../../shared/protocol/desktop-settings.ts";
import { formatMinute } from "../activity/elapsed.ts";
import { playSound } from "../notices/play-sound.ts";
import { mayAsk } from "../notices/start-notices.ts";
import { Button } from "../parts/button.tsx";
import { useServices } from "../shell/services.ts";
import { changeSettings, useSettings } from "../stores/settings-store.ts";
import controls from "./controls.module.css";
import { SettingRow, Toggle } from "./controls.tsx";
import { useDesktopSettings } from "./use-desktop-settings.ts";

const USUAL = { from: "22:00", to: "07:00" };

type NoticeSettings = DesktopSettings["notifications"];

export function Notifications() {
  const { desktop } = useServices().host;
  return desktop === undefined ? <OfBrowser /> : <OfDesktop />;
}

function OfDesktop() {
  const { settings, change } = useDesktopSettings();
  if (settings === undefined) return null;
  const { notifications } = settings;
  return (
    <Kinds settings={notifications} onChange={(patch) => change({ notifications: { ...notifications, ...patch } })} />
  );
}

/** They are this browser's own, as its permission is: each of a person's devices announces what it is asked to. */
function OfBrowser() {
  const { notices, noticesOf, noticeSound } = useSettings();
  const [permission, setPermission] = useState(() => (mayAsk() ? Notification.permission : undefined));

  async function ask(on: boolean): Promise<void> {
    changeSettings({ notices: on });
    if (on && permission === "default") setPermission(await Notification.requestPermission());
  }

  if (permission === undefined) {
    return (
      <SettingRow
        label="Notifications of this browser"
        hint="This browser shows none here. They need a browser that has them, and an address on this computer or HTTPS. The title and the icon of the tab still say when a session needs you."
      >
        {() => null}
      </SettingRow>
    );
  }
  return (
    <>
      <Toggle
        label="Notifications of this browser"
        hint={
          permission === "denied"
            ? "The browser was told to block them. Allow them in its settings of this page."
            : "While a tab with Signalbox is open and you look elsewhere. The browser asks you first."
        }
        value={notices && permission !== "denied"}
        onChange={(on) => void ask(on)}
      />
      {notices && permission === "granted" && (
        <>
          <Kinds
            settings={noticesOf}
            onChange={(patch) => changeSettings({ noticesOf: { ...useSettings.getState().noticesOf, ...patch } })}
          />
          <Toggle
            label="Sound"
            hint="Two short tones with each notification."
            value={noticeSound}
            onChange={(on) => {
              changeSettings({ noticeSound: on });
              if (on) playSound();
            }}
          />
        </>
      )}
    </>
  );
}

interface KindsProps {
  settings: NoticeSettings;
  onChange: (patch: Partial<NoticeSettings>) => void;
}

function Kinds({ settings: notifications, onChange: notify }: KindsProps) {
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
        label="An agent tells you something"
        hint="The notice says what it is about. The message itself is in the inbox."
        value={notifications.told}
        onChange={(told) => notify({ told })}
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
