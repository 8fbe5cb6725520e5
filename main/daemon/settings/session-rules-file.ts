/** The file in which sessions' tool settings outlive the daemon: bounded, the oldest left out first. */
import { parseJson, z } from "../../../shared/protocol/schema.ts";
import { type ToolSettings, toolSettingsSchema } from "../../../shared/protocol/tool-settings.ts";
import { readPrivateFile, writePrivateFile } from "../../home/private-file.ts";

const MAX_BYTES = 8 * 1024 * 1024;
const MAX_SESSIONS = 500;
/** Settings of a session that was not seen for this long are forgotten. */
const KEEP_MS = 90 * 24 * 60 * 60 * 1000;

const fileSchema = z.object({
  /** Oldest first; `at` is when they were set or taken over, milliseconds since 1970. */
  sessions: z.array(z.object({ id: z.string(), at: z.number(), settings: toolSettingsSchema })),
});

export interface KeptRules {
  settings: ToolSettings;
  at: number;
}

/** Oldest first. Throws when the file cannot be used: no rule is silently lost. */
export function readSessionRules(path: string, now: number): Map<string, KeptRules> {
  const file = readPrivateFile(path, MAX_BYTES);
  if (file.outcome === "absent") return new Map();
  if (file.outcome === "refused") throw new Error(`${path} cannot be used: ${file.reason}`);
  const parsed = parseJson(fileSchema, file.text);
  if (!parsed.ok) throw new Error(`${path} is damaged: ${parsed.reason}`);
  const young = parsed.value.sessions.filter(({ at }) => now - at < KEEP_MS);
  return new Map(young.map(({ id, at, settings }) => [id, { settings, at }]));
}

/** On the disk when this returns. What does not fit any more is left out, oldest first. */
export function writeSessionRules(path: string, rules: ReadonlyMap<string, KeptRules>): void {
  const lines: string[] = [];
  let size = 0;
  for (const [id, { settings, at }] of [...rules].reverse().slice(0, MAX_SESSIONS)) {
    const line = JSON.stringify({ id, at, settings });
    size += Buffer.byteLength(line) + 2;
    if (size > MAX_BYTES - 1_000) break;
    lines.unshift(line);
  }
  writePrivateFile(path, `{"sessions":[\n${lines.join(",\n")}\n]}\n`);
}
