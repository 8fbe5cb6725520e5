/** The doctor's look at servers.json: each entry that is refused or used in part, with its line and what to do. */
import { join } from "node:path";
import { parseJson, z } from "../../../shared/protocol/schema.ts";
import { type ReadServer, readServersText } from "../../../shared/servers/read-servers-text.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { readLinkedFile, readPrivateFile } from "../../home/private-file.ts";
import { bad, type Finding, good, warning } from "./finding.ts";

const MAX_BYTES = 1024 * 1024;
const REFUSED_HINT = "Correct the entry, or remove it in the app; the other servers are used.";
const NOTES_HINT = "Everything else of the entry is used. docs/servers.md says what is understood.";

/** Nothing where there is no file: the demo server is offered then. */
export function examineServers(home: HomeFolder): Finding[] {
  const path = home.servers;
  const file = readLinkedFile(path, MAX_BYTES);
  if (file.outcome === "absent") return [];
  if (file.outcome === "refused") {
    return [bad("servers", `${path} is not used: ${file.reason}.`, "The last good state stays in force until it is.")];
  }
  const read = readServersText(file.text);
  if (!read.ok) {
    const hint = "Correct the line; a daemon that runs keeps the last good state until then.";
    return [bad("servers", `${path}, ${read.reason}.`, hint)];
  }
  const kept = keptSecrets(home);
  const findings = read.servers.flatMap((server) => {
    const missing = kept === undefined ? [] : missingSecrets(server, kept, read.inputs);
    return [...refused(server, path), ...unused(server, path), ...missing.map((name) => lacks(server, path, name))];
  });
  const used = read.servers.filter(({ config }) => config !== undefined).length;
  const all = `${used} of ${read.servers.length} servers are understood`;
  return [good("servers", `${path}: ${read.servers.length === 0 ? "no servers yet" : all}.`), ...findings];
}

const nameOf = ({ name }: ReadServer) => oneLine(name, 64) || "a server";

function refused(server: ReadServer, path: string): Finding[] {
  if (server.refused === undefined) return [];
  const [line = "", ...reason] = server.refused.split(": ");
  const text = `${path}, ${line}: ${nameOf(server)} is not used: ${reason.join(": ")}.`;
  return [server.disabled ? warning("servers", text, REFUSED_HINT) : bad("servers", text, REFUSED_HINT)];
}

function unused(server: ReadServer, path: string): Finding[] {
  return server.notes.map((note) =>
    warning("servers", `${path}, line ${server.line}: ${nameOf(server)}: has no effect: ${note}.`, NOTES_HINT),
  );
}

const lacks = (server: ReadServer, path: string, name: string): Finding =>
  warning(
    "servers",
    `${path}, line ${server.line}: ${nameOf(server)} needs the value ${name}, which is not kept.`,
    `Keep it as the secret ${name}.`,
  );

/** Names of the values that the entry refers to and nobody has given. */
function missingSecrets(
  { config, disabled }: ReadServer,
  kept: ReadonlySet<string>,
  inputs: ReadonlyMap<string, { default?: string }>,
): string[] {
  if (config === undefined || disabled) return [];
  const wanted = [...JSON.stringify(config).matchAll(/\$\{(secret|input):([^}:]+)(:-)?/g)];
  const missing = wanted.filter(([, kind, name = "", fallback]) => {
    const given = kind === "input" && inputs.get(name)?.default !== undefined;
    return fallback === undefined && !given && !kept.has(name);
  });
  return [...new Set(missing.map(([, , name = ""]) => name))];
}

/** Their names; undefined where the file cannot be read. */
function keptSecrets(home: HomeFolder): ReadonlySet<string> | undefined {
  const file = readPrivateFile(join(home.path, "secrets.json"), MAX_BYTES);
  if (file.outcome === "absent") return new Set();
  const parsed = file.outcome === "read" ? parseJson(z.record(z.string(), z.unknown()), file.text) : undefined;
  return parsed?.ok === true ? new Set(Object.keys(parsed.value)) : undefined;
}
