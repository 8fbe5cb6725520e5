/** Owns `<home>/settings.json`: the few numbers that a person may set for the gateway. */
import { join } from "node:path";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { readPrivateFile } from "../home/private-file.ts";

const MAX_SETTINGS_BYTES = 64 * 1024;
const DAY_MS = 86_400_000;

const settingsSchema = z.object({
  history: z
    .object({
      /** Days that entries are kept. */
      days: z.number().positive().max(36_500).default(90),
      /** Megabytes that history may take. */
      megabytes: z.number().min(1).max(1_000_000).default(2048),
    })
    .default({ days: 90, megabytes: 2048 }),
  access: z
    .object({
      /** Whether a token in the query is taken, as some older clients send it. */
      query_tokens: z.boolean().default(true),
    })
    .default({ query_tokens: true }),
});

export interface Settings {
  history: { maxAgeMs: number; maxBytes: number };
  queryTokens: boolean;
}

/** The defaults where the file says nothing or cannot be used; `warn` is told of the latter. */
export function readSettings(home: HomeFolder, warn: (reason: string) => void): Settings {
  const path = join(home.path, "settings.json");
  const file = readPrivateFile(path, MAX_SETTINGS_BYTES);
  if (file.outcome === "refused") warn(`${path} is not used: ${file.reason}`);
  const parsed = parseJson(settingsSchema, file.outcome === "read" ? file.text : "{}");
  if (!parsed.ok) warn(`${path} is not used: ${parsed.reason}`);
  const { days, megabytes } = parsed.ok ? parsed.value.history : { days: 90, megabytes: 2048 };
  const queryTokens = parsed.ok ? parsed.value.access.query_tokens : true;
  return { queryTokens, history: { maxAgeMs: days * DAY_MS, maxBytes: megabytes * 1024 * 1024 } };
}
