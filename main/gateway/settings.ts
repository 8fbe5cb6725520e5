/** `<home>/settings.json`: the few numbers that a person may set for the gateway. */

import { join } from "node:path";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { type HistoryLimits, historyLimitsSchema } from "../../shared/protocol/gateway-api.ts";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import { reasonOf } from "../../shared/text/reason-of.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { readPrivateFile, writePrivateFile } from "../home/private-file.ts";
import type { JournalLimits } from "./journal/journal-options.ts";
import { readOriginPattern } from "./preview/preview-names.ts";

const MAX_SETTINGS_BYTES = 64 * 1024;
const DAY_MS = 86_400_000;

const settingsSchema = z.object({
  history: historyLimitsSchema.default({ days: 90, megabytes: 2048 }),
  access: z
    .object({
      /** Whether a token in the query is taken, as some older clients send it. */
      query_tokens: z.boolean().default(true),
    })
    .default({ query_tokens: true }),
  previews: z
    .object({
      /** `https://*.` and a name that a reverse proxy serves: the `*` becomes the preview's own label. */
      origin: z
        .string()
        .refine((text) => readOriginPattern(text) !== undefined, "must be https://*. and a host name")
        .optional(),
    })
    .default({}),
  sessions: z
    .object({
      /** What becomes of sessions that ran when their daemon ended: `ask` leaves them to the person. */
      resume: z.enum(["ask", "always"]).default("ask"),
    })
    .default({ resume: "ask" }),
});

export interface Settings {
  history: JournalLimits;
  queryTokens: boolean;
  /** What follows the label of a preview's public host; undefined where previews are reached on this machine alone. */
  previewHost: string | undefined;
  /** Sessions that were interrupted go on without being asked for. */
  resumesSessions: boolean;
}

/** The defaults where the file says nothing or cannot be used; `warn` is told of the latter. */
export function readSettings(home: HomeFolder, warn: (reason: string) => void): Settings {
  const path = join(home.path, "settings.json");
  const file = readPrivateFile(path, MAX_SETTINGS_BYTES);
  if (file.outcome === "refused") warn(`${path} is not used: ${file.reason}`);
  const parsed = parseJson(settingsSchema, file.outcome === "read" ? file.text : "{}");
  if (!parsed.ok) warn(`${path} is not used: ${parsed.reason}`);
  const history = parsed.ok ? parsed.value.history : { days: 90, megabytes: 2048 };
  const queryTokens = parsed.ok ? parsed.value.access.query_tokens : true;
  const pattern = parsed.ok ? parsed.value.previews.origin : undefined;
  const previewHost = pattern === undefined ? undefined : readOriginPattern(pattern);
  const resumesSessions = parsed.ok && parsed.value.sessions.resume === "always";
  return { queryTokens, previewHost, resumesSessions, history: journalLimits(history) };
}

/** In the journal's own units. */
export const journalLimits = ({ days, megabytes }: HistoryLimits): JournalLimits => ({
  maxAgeMs: days * DAY_MS,
  maxBytes: megabytes * 1024 * 1024,
});

/** What the file says of history, and beside it everything else that it holds. Fault: `settings-unusable`. */
function load(home: HomeFolder): Result<{ limits: HistoryLimits; all: Record<string, unknown> }> {
  const path = join(home.path, "settings.json");
  const file = readPrivateFile(path, MAX_SETTINGS_BYTES);
  const text = file.outcome === "read" ? file.text : "{}";
  const parsed = parseJson(settingsSchema, text);
  const all = parseJson(z.record(z.string(), z.unknown()), text);
  if (file.outcome !== "refused" && parsed.ok && all.ok) return ok({ limits: parsed.value.history, all: all.value });
  return failed("settings-unusable", `${path} can't be used.`, "Correct the file, or move it away.");
}

export function historyLimits(home: HomeFolder): Result<HistoryLimits> {
  const loaded = load(home);
  return loaded.ok ? ok(loaded.value.limits) : loaded;
}

/** Everything else in the file stays. Faults: `settings-unusable`, `settings-unwritable`; the limits are then as they were. */
export function setHistoryLimits(home: HomeFolder, limits: HistoryLimits): Result<HistoryLimits> {
  const loaded = load(home);
  if (!loaded.ok) return loaded;
  try {
    const text = JSON.stringify({ ...loaded.value.all, history: limits }, null, 2);
    writePrivateFile(join(home.path, "settings.json"), `${text}\n`);
    return ok(limits);
  } catch (error) {
    const reason = reasonOf(error);
    return failed("settings-unwritable", `The settings could not be written: ${reason}.`, "They are as they were.");
  }
}
