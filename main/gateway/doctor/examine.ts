/** The doctor's report: what it looks at, in which order, with secrets removed. */

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import type { DoctorReport } from "../../../shared/protocol/gateway-api.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { redactText } from "../../../shared/text/redact.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { knownSecrets } from "../../home/known-secrets.ts";
import { daemonKey, ownerToken } from "../../home/secrets.ts";
import { VERSION } from "../../home/version.ts";
import { discoveryCandidates } from "../discovery/candidates.ts";
import { examineCluster } from "./examine-cluster.ts";
import { examineDaemons } from "./examine-daemon.ts";
import { examineFiles } from "./examine-files.ts";
import { examineGateway } from "./examine-gateway.ts";
import { examineHome } from "./examine-home.ts";
import { examineJournal } from "./examine-journal.ts";
import { examineServers } from "./examine-servers.ts";
import { examineStores } from "./examine-stores.ts";
import { bad, type Finding, good } from "./finding.ts";

export interface ExamineOptions {
  home: HomeFolder;
  discovery: readonly string[];
  /** What only the running gateway knows. */
  live?: readonly Finding[];
}

const SECRET_HINT =
  "A new one is made at the next start: browsers then sign in again, and a daemon that still runs is not known any more.";

/** Looks and changes nothing, except that a missing key is made, as any start would. */
export async function examine(options: ExamineOptions): Promise<DoctorReport> {
  const { home } = options;
  const findings: Finding[] = [
    good("versions", `Signalbox ${VERSION}, Node ${process.versions.node}, ${process.platform} ${process.arch}.`),
    ...examineHome(home),
  ];
  const secrets: string[] = [];
  const secret = (read: (home: HomeFolder) => string): string | undefined => {
    // None is made where there is no folder to make it in.
    if (!existsSync(home.path)) return undefined;
    try {
      const text = read(home);
      secrets.push(text);
      return text;
    } catch (error) {
      findings.push(bad("home", `${reasonOf(error)}.`, SECRET_HINT));
      return undefined;
    }
  };
  const key = secret(daemonKey);
  secret(ownerToken);
  const candidates = discoveryCandidates(home, options.discovery, homedir());
  findings.push(
    // Without its key no daemon can be told to be this home's own.
    ...(await examineDaemons(key === undefined ? candidates.filter(({ own }) => !own) : candidates, key ?? "")),
    ...(await examineGateway(home)),
    ...examineServers(home),
    ...examineJournal(home, options.live !== undefined),
    ...examineFiles(home),
    ...examineStores(home, options.live !== undefined),
    ...(await examineCluster(home)),
    ...(options.live ?? []),
  );
  secrets.push(...knownSecrets(home)());
  const clean = findings.map((finding) => ({ ...finding, text: oneLine(redactText(finding.text, secrets), 500) }));
  return {
    ok: !clean.some(({ state }) => state === "bad"),
    generated_at: new Date().toISOString(),
    findings: clean,
  };
}
