/** The report on everything that can be wrong here, as `signalbox doctor` prints it. */
import { useState } from "react";
import type { DoctorReport } from "../../shared/protocol/gateway-api.ts";
import { visible } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { copyText } from "../shell/actions.ts";
import { Dot, type DotTone } from "../shell/dot.tsx";
import { useServices } from "../shell/services.ts";
import { toastFault } from "../stores/toasts.ts";
import controls from "./controls.module.css";
import { SettingRow } from "./controls.tsx";
import styles from "./pages.module.css";

const TONES: Record<DoctorReport["findings"][number]["state"], DotTone> = { good: "good", warning: "warn", bad: "bad" };
const WORDS: Record<DoctorReport["findings"][number]["state"], string> = {
  good: "good",
  warning: "look at this",
  bad: "bad",
};

export function Doctor() {
  const { client } = useServices();
  const [report, setReport] = useState<DoctorReport>();
  const [busy, setBusy] = useState(false);

  async function examine(): Promise<void> {
    setBusy(true);
    const answer = await client.doctor();
    setBusy(false);
    if (answer.ok) setReport(answer.value);
    else toastFault(answer.fault);
  }

  return (
    <>
      <SettingRow
        label="Report"
        hint="Looks at discovery, permissions, ports, streams and the journal. No secret is in it."
      >
        {() => (
          <span className={controls.buttons}>
            <Button busy={busy} onClick={() => void examine()}>
              {busy ? "Looking…" : "Make a report"}
            </Button>
            {report !== undefined && (
              <Button onClick={() => void copyText(JSON.stringify(report, null, 2), "Report")}>Copy</Button>
            )}
          </span>
        )}
      </SettingRow>
      {report !== undefined && (
        <ul className={styles.findings} aria-label="Findings">
          {report.findings.map((finding) => (
            <li key={`${finding.about} ${finding.text}`} className={styles.finding}>
              <Dot tone={TONES[finding.state]} />
              <span>
                <strong>{visible(finding.about)}</strong>{" "}
                <span className="visually-hidden">{WORDS[finding.state]}: </span>
                {visible(finding.text)}
                {finding.hint !== undefined && <span className={controls.hint}> {visible(finding.hint)}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
