/** Owns `signalbox doctor`: the report of the running gateway where there is one, of a look from outside otherwise. */
import { type DoctorReport, doctorReportSchema } from "../../../shared/protocol/gateway-api.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";
import { type HomeFolder, homeFolder } from "../../home/home-folder.ts";
import { ownerToken } from "../../home/secrets.ts";
import { splitPaths } from "../discovery/candidates.ts";
import { readBounded } from "../discovery/probe-health.ts";
import { runningGateway } from "../gateway-file.ts";
import { examine } from "./examine.ts";
import { examineJournal } from "./examine-journal.ts";

const SIGNS = { good: "ok  ", warning: "warn", bad: "BAD " } as const;
const ASK_TIMEOUT_MS = 15_000;
const MAX_REPORT_BYTES = 1024 * 1024;

/** Prints the report. Gives 0 when nothing is bad, 1 otherwise. */
export async function doctor(options: { home?: string; discovery?: string; json?: boolean }): Promise<number> {
  const home = homeFolder(options.home);
  const discovery = splitPaths(options.discovery ?? process.env.SIGNALBOX_DISCOVERY);
  const told = await askGateway(home);
  const report = told === undefined ? await examine({ home, discovery }) : withJournal(told, home);
  if (options.json === true) console.log(JSON.stringify(report));
  else for (const line of lines(report)) console.log(line);
  return report.ok ? 0 : 1;
}

/** The gateway itself looks through a small history only: what is told of it is replaced by a look from here. */
function withJournal(report: DoctorReport, home: HomeFolder): DoctorReport {
  const findings = report.findings.flatMap((finding) =>
    finding.about === "journal" ? examineJournal(home, false) : [finding],
  );
  return { ...report, findings, ok: !findings.some(({ state }) => state === "bad") };
}

async function askGateway(home: HomeFolder): Promise<DoctorReport | undefined> {
  const gateway = await runningGateway(home);
  if (gateway === undefined) return undefined;
  try {
    const response = await fetch(`${gateway.base}/api/v1/doctor`, {
      redirect: "manual",
      headers: { authorization: `Bearer ${ownerToken(home)}` },
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
    const text = await readBounded(response, MAX_REPORT_BYTES);
    const report = parseJson(doctorReportSchema, text ?? "");
    return report.ok ? report.value : undefined;
  } catch {
    // Looked at from outside instead.
    return undefined;
  }
}

export function* lines(report: DoctorReport): Generator<string> {
  let about = "";
  for (const finding of report.findings) {
    if (finding.about !== about) yield finding.about;
    about = finding.about;
    yield `  ${SIGNS[finding.state]}  ${finding.text}`;
    if (finding.hint !== undefined) yield `        ${finding.hint}`;
  }
  yield report.ok ? "Nothing is wrong." : "Something is wrong; see the lines marked BAD.";
}
