/** Looks at the small files of the home folder: whether each can be used, and what was set aside of any. */
import { join } from "node:path";
import { parseJson, z } from "../../../shared/protocol/schema.ts";
import { readTemplates } from "../../agents/templates.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { readPrivateFile } from "../../home/private-file.ts";
import { setAsideOf } from "../../home/set-aside.ts";
import { readSettings } from "../settings.ts";
import { bad, type Finding, good, warning } from "./finding.ts";

const MAX_BYTES = 4 * 1024 * 1024;
const STOPS_DAEMON = "The daemon does not start with it: nothing that you set is silently something else.";

/** What follows where a file cannot be used. */
const FILES: Readonly<Record<string, string>> = {
  "settings.json": "The defaults are in force.",
  "agents.json": "The agents that you added are missing.",
  "devices.json": "Paired browsers are signed out.",
  "preview-links.json": "Shared previews have ended.",
  "secrets.json": STOPS_DAEMON,
  "tool-settings.json": STOPS_DAEMON,
  "session-tools.json": STOPS_DAEMON,
  "daemon-settings.json": STOPS_DAEMON,
  "oauth.json": STOPS_DAEMON,
};

/** Files that are JSON and may make no sense all the same. */
const MEANINGS: Readonly<Record<string, (home: HomeFolder) => string | undefined>> = {
  "settings.json"(home) {
    let reason: string | undefined;
    readSettings(home, (told) => {
      reason = told.slice(told.indexOf(": ") + 2);
    });
    return reason;
  },
  "agents.json"(home) {
    const read = readTemplates(home);
    return read.ok ? undefined : read.fault.message.slice(read.fault.message.indexOf(": ") + 2).replace(/\.$/, "");
  },
};

export function examineFiles(home: HomeFolder): Finding[] {
  const findings = Object.entries(FILES).flatMap(([name, then]): Finding[] => {
    const path = join(home.path, name);
    const asides = setAsideOf(path).map((aside) =>
      warning("files", `A damaged file was set aside as ${aside}.`, "Remove it when you do not need it any more."),
    );
    const reason = whyUnusable(path) ?? MEANINGS[name]?.(home);
    if (reason === undefined) return asides;
    return [
      bad("files", `${path} cannot be used: ${reason}. ${then}`, "Correct the file, or move it away."),
      ...asides,
    ];
  });
  return findings.length === 0 ? [good("files", "Settings, devices, agents and secrets can be read.")] : findings;
}

function whyUnusable(path: string): string | undefined {
  const file = readPrivateFile(path, MAX_BYTES);
  if (file.outcome === "absent") return undefined;
  if (file.outcome === "refused") return file.reason;
  const parsed = parseJson(z.record(z.string(), z.unknown()), file.text);
  return parsed.ok ? undefined : parsed.reason;
}
