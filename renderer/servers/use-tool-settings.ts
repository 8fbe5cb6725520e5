/** Reads and changes which tools agents are offered: all of them, or the one of a session. */
import { useCallback, useEffect, useState } from "react";
import type { Fault } from "../../shared/protocol/fault.ts";
import type { ToolSettings } from "../../shared/protocol/tool-settings.ts";
import { useServices } from "../shell/services.ts";
import { toastFault } from "../stores/toasts.ts";

interface ToolSettingsView {
  /** Undefined while they are not known, or where the daemon has no such settings: `fault` tells which. */
  settings: ToolSettings | undefined;
  fault: Fault | undefined;
  /** Shows at once and is taken back when it fails. */
  change: (settings: ToolSettings) => Promise<void>;
}

/** Without a session: the settings for all. */
export function useToolSettings(session?: string): ToolSettingsView {
  const { client } = useServices();
  const [settings, setSettings] = useState<ToolSettings>();
  const [fault, setFault] = useState<Fault>();
  useEffect(() => {
    let gone = false;
    void client.toolSettings(session).then((answer) => {
      if (gone) return;
      if (answer.ok) setSettings(answer.value);
      else setFault(answer.fault);
    });
    return () => {
      gone = true;
    };
  }, [client, session]);
  const change = useCallback(
    async (next: ToolSettings) => {
      const before = settings;
      setSettings(next);
      const saved = await client.saveToolSettings(next, session);
      if (saved.ok) return;
      setSettings(before);
      toastFault(saved.fault);
    },
    [client, session, settings],
  );
  return { settings, fault, change };
}
