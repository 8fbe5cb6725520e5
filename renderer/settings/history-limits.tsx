/** The setting of how long, and how much, history is kept. */
import { useEffect, useState } from "react";
import type { HistoryLimits } from "../../shared/protocol/gateway-api.ts";
import { Button } from "../parts/button.tsx";
import { useServices } from "../shell/services.ts";
import { toastDone, toastFault } from "../stores/toasts.ts";
import { NumberSetting } from "./number-setting.tsx";

/** Kept only when the person says so: a smaller number lets old entries go. Nothing where the gateway cannot say. */
export function HistoryLimitsSetting() {
  const { client } = useServices();
  const [kept, setKept] = useState<HistoryLimits>();
  const [wanted, setWanted] = useState<HistoryLimits>();
  useEffect(() => {
    void client.historyLimits().then((answer) => {
      if (!answer.ok) return;
      setKept(answer.value);
      setWanted(answer.value);
    });
  }, [client]);
  if (kept === undefined || wanted === undefined) return null;

  async function save(limits: HistoryLimits): Promise<void> {
    const saved = await client.saveHistoryLimits(limits);
    if (!saved.ok) {
      toastFault(saved.fault);
      return;
    }
    setKept(limits);
    toastDone("Saved");
  }

  const changed = wanted.days !== kept.days || wanted.megabytes !== kept.megabytes;
  return (
    <>
      <NumberSetting
        label="Keep history for"
        hint="Older history is deleted."
        value={wanted.days}
        min={1}
        max={36_500}
        step={1}
        unit="days"
        onChange={(days) => setWanted({ ...wanted, days })}
      />
      <NumberSetting
        label="Keep at most"
        hint="When full, the oldest is deleted first."
        value={wanted.megabytes}
        min={1}
        max={1_000_000}
        step={1}
        unit="MB"
        onChange={(megabytes) => setWanted({ ...wanted, megabytes })}
      />
      {changed && (
        <Button kind="primary" onClick={() => void save(wanted)}>
          Save limits
        </Button>
      )}
    </>
  );
}
