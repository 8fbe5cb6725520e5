/** Owns the settings of what becomes of an agent's calls and of its connection when it goes. */
import { useEffect, useState } from "react";
import type { DaemonSettings } from "../../shared/protocol/daemon-settings.ts";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import { toastFault } from "../stores/toasts.ts";
import { Toggle } from "./controls.tsx";
import { NumberSetting } from "./number-setting.tsx";

/** Nothing where no daemon of Signalbox's own runs. In force at once. */
export function CallsOfAgents() {
  const { client } = useServices();
  const [settings, setSettings] = useState<DaemonSettings>();
  // Whoever is here before the daemon is asks again once it has come.
  const connected = useApp((store) => store.app?.daemon.state === "connected");
  useEffect(() => {
    if (!connected) return;
    let gone = false;
    void client.daemonSettings().then((answer) => {
      if (!gone && answer.ok) setSettings(answer.value);
    });
    return () => {
      gone = true;
    };
  }, [client, connected]);
  if (settings === undefined) return null;

  async function change(patch: Partial<DaemonSettings>): Promise<void> {
    if (settings === undefined) return;
    const next = { ...settings, ...patch };
    setSettings(next);
    const saved = await client.saveDaemonSettings(next);
    if (saved.ok) return;
    setSettings(settings);
    toastFault(saved.fault);
  }

  return (
    <>
      <Toggle
        label="A disconnecting agent ends its calls"
        hint="Otherwise a call that runs goes on until its server answers, and its result is recorded."
        value={settings.end_calls_on_disconnect}
        onChange={(end_calls_on_disconnect) => void change({ end_calls_on_disconnect })}
      />
      <NumberSetting
        label="Forget an idle agent's connection after"
        hint="An agent that comes back later connects anew by itself."
        value={settings.session_idle_minutes}
        min={1}
        max={43_200}
        step={1}
        unit="minutes"
        late
        onChange={(session_idle_minutes) => void change({ session_idle_minutes })}
      />
    </>
  );
}
