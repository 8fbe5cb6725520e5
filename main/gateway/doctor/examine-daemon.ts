/** The doctor's look at discovery: every file that could name a daemon, what is wrong with it, and whether the daemon proves itself. */
import { PROTOCOL_VERSION } from "../../../shared/protocol/wire.ts";
import type { Candidate } from "../discovery/candidates.ts";
import { type FoundDaemon, tryCandidate } from "../discovery/find-daemon.ts";
import { probePatiently } from "../discovery/probe-health.ts";
import { bad, type Finding, good, warning } from "./finding.ts";

export async function examineDaemons(candidates: readonly Candidate[], key: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  let used: FoundDaemon | undefined;
  for (const candidate of candidates) {
    const { attempt, found } = await tryCandidate(candidate, key, probePatiently);
    const reason = attempt.reason ?? "";
    switch (attempt.outcome) {
      case "absent":
        findings.push(good("discovery", `${attempt.path}: not there.`));
        break;
      case "refused":
        findings.push(bad("discovery", `${attempt.path} is not used: ${reason}.`, "Correct or remove the file."));
        break;
      case "no-answer":
        findings.push(
          warning(
            "discovery",
            `${attempt.path} names a daemon that does not answer (${reason}).`,
            "It was left behind by a daemon that ended; a new one replaces it.",
          ),
        );
        break;
      case "unproven":
        findings.push(
          bad(
            "discovery",
            `${attempt.path}: ${reason}.`,
            "Another program has its port by now. Start the daemon again.",
          ),
        );
        break;
      default:
        if (found !== undefined) findings.push(...findingsOf(attempt.path, found, used === undefined));
        used ??= found;
    }
  }
  if (used === undefined) {
    findings.push(
      warning(
        "daemon",
        "No daemon runs.",
        "Signalbox starts one with the first session; `signalbox serve` does at once.",
      ),
    );
  }
  return findings;
}

function findingsOf(path: string, found: FoundDaemon, isUsed: boolean): Finding[] {
  const { pid, version, protocol_version: protocol } = found.health;
  const who = found.own ? "this home's own daemon, proven by its key" : "a daemon of another program";
  const findings = [
    good(
      "discovery",
      `${path} names ${found.base}: ${who}${pid === undefined ? "" : `, process ${pid}`}${version === undefined ? "" : `, version ${version}`}${isUsed ? "; it is the one that is used" : ""}.`,
    ),
  ];
  if (found.own && protocol !== undefined && Number(protocol) !== PROTOCOL_VERSION) {
    findings.push(
      bad(
        "daemon",
        `It speaks version ${protocol}, this Signalbox version ${PROTOCOL_VERSION}.`,
        "Restart it when nothing runs: signalbox stop.",
      ),
    );
  }
  return findings;
}
