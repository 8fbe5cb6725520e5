/** The page about what is kept, and about removing it. */

import { Button } from "../parts/button.tsx";
import { useApp } from "../stores/app-store.ts";
import { changeSettings, DEFAULT_SETTINGS } from "../stores/settings-store.ts";
import { toastDone } from "../stores/toasts.ts";
import { AllHistory } from "./all-history.tsx";
import { SettingRow } from "./controls.tsx";
import { HistoryLimitsSetting } from "./history-limits.tsx";
import styles from "./pages.module.css";

export function PrivacyAndData() {
  const recording = useApp((store) => store.app?.recording);
  return (
    <>
      <SettingRow
        label="History"
        hint={
          recording?.ok === false
            ? `It isn't kept at the moment: ${recording.reason ?? "it can't be written"}.`
            : "Kept on this computer alone. Deleting a session deletes its history."
        }
      >
        {() => null}
      </SettingRow>
      <HistoryLimitsSetting />
      <AllHistory />
      <SettingRow
        label="Secrets"
        hint="Values under names such as token, password or api_key are hidden before anything is written or shown."
      >
        {() => null}
      </SettingRow>
      <SettingRow label="Nothing is sent anywhere" hint="Signalbox has no account and no telemetry.">
        {() => null}
      </SettingRow>
      <SettingRow label="Settings of this page" hint="Theme, keys, pins and the like, kept in this browser.">
        {() => (
          <Button
            onClick={() => {
              changeSettings(DEFAULT_SETTINGS);
              toastDone("Settings reset");
            }}
          >
            Reset
          </Button>
        )}
      </SettingRow>
      <p className={styles.text}>A session's menu exports what is recorded of it, with secrets hidden.</p>
    </>
  );
}
