/** Owns the doctor's report: what it looks at, in which order, with secrets removed. */
import { homedir } from "node:os";
import type { DoctorReport } from "../../../shared/protocol/gateway-api.ts";
import { redactText } from "../../../shared/text/redact.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { daemonKey, ownerToken } from "../../home/secrets.ts";
import { VERSION } from "../../home/version.ts";
import { discoveryCandidates } from "../discovery/candidates.ts";
import { examineDaemons } from "./examine-daemon.ts";
import { examineGateway } from "./examine-gateway.ts";
import { examineHome } from "./examine-home.ts";
import { examineJournal } from "./examine-journal.ts";
import { bad, type Finding, good } from "./finding.ts";

export interface ExamineOptions {
  home: HomeFolder;
  discovery: readonly string[];
  /** What only the running gateway knows. */
  live?: readonly Finding[];
}

/** Looks and changes nothing, except that a missing key is made, as any start would. */
export async function examine(options: ExamineOptions): Promise<DoctorReport> {
  const { home } = options;
  const findings: Finding[] = [
    good("versions", `Signalbox ${VERSION}, Node ${process.versions.node}, ${process.platform} ${process.arch}.`),
    ...examineHome(home),
  ];
  const secrets: string[] = [];
  try {
    const key = daemonKey(home);
    secrets.push(key, ownerToken(home));
    findings.push(...(await examineDaemons(discoveryCandidates(home, options.discovery, homedir()), key)));
  } catch (error) {
    findings.push(bad("home", error instanceof Error ? error.message : String(error)));
  }
  findings.push(
    ...(await examineGateway(home)),
    ...examineJournal(home, options.live !== undefined),
    ...(options.live ?? []),
  );
  const clean = findings.map((finding) => ({ ...finding, text: oneLine(redactText(finding.text, secrets), 500) }));
  return {
    ok: !clean.some(({ state }) => state === "bad"),
    generated_at: new Date().toISOString(),
    findings: clean,
  };
}
