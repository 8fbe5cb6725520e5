/** `signalbox doctor`: the report of the running gateway where there is one, of a look from outside otherwise. */
import { type DoctorReport, doctorReportSchema } from "../../shared/protocol/gateway-api.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { splitPaths } from "../gateway/discovery/candidates.ts";
import { readBounded } from "../gateway/discovery/probe-health.ts";
import { examine } from "../gateway/doctor/examine.ts";
import { examineDaemons } from "../gateway/doctor/examine-daemon.ts";
import { examineJournal } from "../gateway/doctor/examine-journal.ts";
import { runningGateway } from "../gateway/gateway-file.ts";
import { type HomeFolder, homeFolder } from "../home/home-folder.ts";
import { say, sayJson } from "../home/say.ts";
import { daemonKey, ownerToken } from "../home/secrets.ts";

const SIGNS = { good: "ok  ", warning: "warn", bad: "BAD " } as const;
const ASK_TIMEOUT_MS = 15_000;
const MAX_REPORT_BYTES = 1024 * 1024;

/** Prints the report. Gives 0 when nothing is bad, 1 otherwise. */
export async function doctor(options: { home?: string; discovery?: string; json?: boolean }): Promise<number> {
  const home = homeFolder(options.home);
  const discovery = splitPaths(options.discovery ?? process.env.SIGNALBOX_DISCOVERY);
  const told = await askGateway(home);
  const report = told === undefined ? await examine({ home, discovery }) : await withOwnLook(told, home, discovery);
  if (options.json === true) sayJson(report);
  else for (const line of lines(report)) say(line);
  return report.ok ? 0 : 1;
}

/**
 * What the gateway does not look at itself, looked at from here: the whole of a large history, and the discovery files
 * that were given to this command and not to it.
 */
async function withOwnLook(report: DoctorReport, home: HomeFolder, discovery: string[]): Promise<DoctorReport> {
  const given = await examineDaemons(
    discovery.filter((path) => path !== home.discovery).map((path) => ({ path, own: false })),
    keyOf(home),
  );
  const known = new Set(report.findings.map(({ text }) => text));
  const more = given
    .map((finding) => ({ ...finding, text: oneLine(finding.text, 500) }))
    .filter(({ about, text }) => about === "discovery" && !known.has(text));
  const last = report.findings.findLastIndex(({ about }) => about === "discovery");
  const findings = report.findings
    .toSpliced(last + 1, 0, ...more)
    .flatMap((finding) => (finding.about === "journal" ? examineJournal(home, false) : [finding]));
  return { ...report, findings, ok: !findings.some(({ state }) => state === "bad") };
}

/** Without its key no daemon proves to be this home's own; the gateway's report says what is wrong with it. */
function keyOf(home: HomeFolder): string {
  try {
    return daemonKey(home);
  } catch {
    return "";
  }
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
