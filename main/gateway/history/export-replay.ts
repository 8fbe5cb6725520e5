/** A session as one HTML file that replays its terminal and its calls together, from a disk, without a network. */
import type { Call } from "../../../shared/events/call.ts";
import { applyEntry, createCallLog } from "../../../shared/events/fold.ts";
import type { LogEntry } from "../../../shared/events/tool-event.ts";
import type {
  ReplayCall,
  ReplayChange,
  ReplayFile,
  ReplayGap,
  ReplayMedia,
} from "../../../shared/protocol/replay-file.ts";
import { redactText, redactValue } from "../../../shared/text/redact.ts";
import { VERSION } from "../../home/version.ts";
import { type CastSource, exportCast, recordedSegments } from "./export-session.ts";
import type { ReadPart } from "./kept-parts.ts";
import { replayMedia } from "./replay-media.ts";

/** Progress of a call closer together than this, in milliseconds, is one change. */
const CHANGE_MS = 50;
/** Arguments and results, in characters of JSON: of one call, and of all. */
const MAX_CALL_CHARACTERS = 256 * 1024;
const MAX_CHARACTERS = 24 * 1024 * 1024;
/** The page loads nothing and sends nothing, whatever is in it. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'";

/** How each call went on, in order of their start, and where events are missing. `began` is when the recording begins, in milliseconds of the clock. */
export function foldReplay(entries: readonly LogEntry[], began: number): { calls: ReplayCall[]; gaps: ReplayGap[] } {
  const log = createCallLog();
  const told = new Map<string, Pick<ReplayCall, "ms" | "changes">>();
  const gaps: ReplayGap[] = [];
  for (const entry of entries) {
    const known = log.gaps.length;
    for (const id of applyEntry(log, entry)) {
      const call = log.calls.get(id);
      if (call === undefined) continue;
      const replay = told.get(id) ?? { ms: milliseconds(call.startedAt, began), changes: [] };
      told.set(id, replay);
      const change = changeOf(call, began);
      const last = replay.changes.at(-1);
      const same = last !== undefined && last[1] === change[1] && change[0] - last[0] < CHANGE_MS;
      // The first one says when it began, and stays.
      if (same && replay.changes.length > 1) replay.changes[replay.changes.length - 1] = [last[0], ...tail(change)];
      else replay.changes.push(change);
    }
    for (const gap of log.gaps.slice(known)) gaps.push({ ms: milliseconds(gap.to ?? entry.at, began), gap });
  }
  const calls = [...told].flatMap(([id, replay]) => {
    const call = log.calls.get(id);
    return call === undefined ? [] : [{ ...replay, call }];
  });
  return { calls: calls.sort((a, b) => a.ms - b.ms), gaps };
}

const milliseconds = (iso: string, began: number): number => Math.max(0, (Date.parse(iso) || began) - began);
const tail = ([, ...rest]: ReplayChange) => rest;

function changeOf(call: Call, began: number): ReplayChange {
  const { state, progress, total, message } = call;
  return [milliseconds(call.updatedAt, began), state, progress ?? null, total ?? null, message ?? null];
}

/** The calls as the file holds them: pictures stand elsewhere in it, and what is too large is left out and said. */
function withinRoom(calls: readonly ReplayCall[]): ReplayCall[] {
  let room = MAX_CHARACTERS;
  return calls.map((replay) => {
    const { args, ...call } = replay.call;
    const result = withoutFiles(call.result);
    const size = (JSON.stringify(args)?.length ?? 0) + (JSON.stringify(result)?.length ?? 0);
    if (size <= Math.min(room, MAX_CALL_CHARACTERS)) {
      room -= size;
      return { ...replay, call: { ...call, args, result } };
    }
    return { ...replay, call: { ...call, args: undefined, result: undefined }, left_out: size };
  });
}

/** Base64 of pictures and files is no text that anybody reads. */
function withoutFiles(result: unknown): unknown {
  if (typeof result !== "object" || result === null || !("content" in result) || !Array.isArray(result.content)) {
    return result;
  }
  const content = result.content.map((part: unknown) => {
    if (typeof part !== "object" || part === null) return part;
    const { data: _, ...rest } = part as Record<string, unknown>;
    const { resource } = rest;
    if (typeof resource !== "object" || resource === null) return rest;
    const { blob: __, ...described } = resource as Record<string, unknown>;
    return { ...rest, resource: described };
  });
  return { ...result, content };
}

/** What is replayed, and what the page says of it. */
export interface ReplaySource extends CastSource {
  about?: Pick<ReplayFile, "title" | "agent" | "agent_version" | "folder">;
}

/** Undefined where `exportCast` is. The calls are held in memory, the terminal's output and the pictures of results are not. */
export async function exportReplay(
  recording: ReplaySource,
  entries: AsyncIterable<LogEntry>,
  secrets: readonly string[],
  read?: ReadPart,
): Promise<AsyncGenerator<string> | undefined> {
  const kept: LogEntry[] = [];
  for await (const entry of entries) kept.push(entry);
  const cast = await exportCast(recording, inOrder(kept), secrets);
  const printed = kept.some(({ event }) => event.kind === "started" && (event.offset ?? 0) > 0);
  const began = beginning(recording, printed);
  if (cast === undefined || began === undefined) return undefined;
  const { calls, gaps } = foldReplay(kept, began);
  const about = { ...(recording.about ?? { title: recording.title }), began_at: new Date(began).toISOString() };
  const file = redactValue(
    { ...about, version: VERSION, calls: withinRoom(calls), gaps } satisfies ReplayFile,
    secrets,
  );
  const media = replayMedia(
    calls.map(({ call }) => call),
    read,
  );
  return page(redactText(recording.title, secrets), file, media, cast);
}

/** Milliseconds of the clock. */
function beginning(recording: CastSource, printed: boolean): number | undefined {
  for (const { header } of recordedSegments(recording, printed)) return Date.parse(header.began_at) + header.ms;
  return undefined;
}

async function* inOrder(entries: readonly LogEntry[]): AsyncGenerator<LogEntry> {
  yield* entries;
}

async function* page(
  title: string,
  file: unknown,
  media: AsyncGenerator<ReplayMedia>,
  cast: AsyncGenerator<string>,
): AsyncGenerator<string> {
  // Half a megabyte, read when somebody exports.
  const { replayAssets } = await import("./replay-assets.ts");
  const { script, styles } = await replayAssets();
  const name = escapeText(title);
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>
<style>${styles.replaceAll("</style", "<\\/style")}</style>
</head>
<body>
<div id="replay"><noscript>This page replays a session of Signalbox. It needs JavaScript, and loads nothing.</noscript></div>
<script type="application/json" id="file">${inScript(JSON.stringify(file))}</script>
<script type="application/x-ndjson" id="media">`;
  for await (const item of media) yield inScript(`${JSON.stringify(item)}\n`);
  yield `</script>
<script type="application/x-ndjson" id="cast">`;
  for await (const line of cast) yield inScript(line);
  yield `</script>
<script type="module">${codeInScript(script)}</script>\n</body>\n</html>\n`;
}

/** JSON in which nothing can end the element it stands in. */
const inScript = (json: string): string => json.replaceAll("<", "\\u003c");
/** In code both stand in strings only, where the backslash changes nothing. */
const codeInScript = (code: string): string => code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
const escapeText = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
