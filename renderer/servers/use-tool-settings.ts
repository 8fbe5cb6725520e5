/** Owns reading and changing which tools agents are offered. */
import { useCallback, useEffect, useState } from "react";
import type { ToolSettings } from "../../shared/protocol/tool-settings.ts";
import { useServices } from "../shell/services.ts";
import { toastFault } from "../stores/toasts.ts";

/** Undefined while it is not known, or where the daemon has no such settings. A change shows at once and is taken back when it fails. */
export function useToolSettings(): {
  settings: ToolSettings | undefined;
  change: (settings: ToolSettings) => Promise<void>;
} {
  const { client } = useServices();
  const [settings, setSettings] = useState<ToolSettings>();
  useEffect(() => {
    void client.toolSettings().then((answer) => answer.ok && setSettings(answer.value));
  }, [client]);
  const change = useCallback(
    async (next: ToolSettings) => {
      const before = settings;
      setSettings(next);
      const saved = await client.saveToolSettings(next);
      if (saved.ok) return;
      setSettings(before);
      toastFault(saved.fault);
    },
    [client, settings],
  );
  return { settings, change };
}
