/** A session as one HTML file that replays its terminal and its calls together, from a disk, without a network. */
import type { Call } from "../../../shared/events/call.ts";
import { applyEntry, createCallLog } from "../../../shared/events/fold.ts";
import { leftWords } from "../../../shared/events/left-words.ts";
import type { LogEntry } from "../../../shared/events/tool-event.ts";
import { redactText, redactValue } from "../../../shared/text/redact.ts";
import { type CastSource, exportCast, recordedSegments } from "./export-session.ts";
import type { ReadPart } from "./kept-parts.ts";
import { type ReplayMedia, replayMedia } from "./replay-media.ts";

/** Progress of a call closer together than this, in milliseconds, is one change. */
const CHANGE_MS = 50;
/** The page loads nothing and sends nothing, whatever is in it. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'";

/** `[milliseconds, state, progress, total, message]`, as `renderer/replay/replay.ts` reads it. */
export type ReplayChange = [
  ms: number,
  state: string,
  progress: number | null,
  total: number | null,
  message: string | null,
];
export interface ReplayCall {
  tool: string;
  server: string | null;
  /** Milliseconds after the beginning of the recording. */
  ms: number;
  changes: ReplayChange[];
}

/** How each call went on, in order of their start. `began` is when the recording begins, in milliseconds of the clock. */
export function replayCalls(entries: readonly LogEntry[], began: number): ReplayCall[] {
  return foldReplay(entries, began).map(({ replay }) => replay);
}

/** The same, each with what the fold knows of it at the end. */
function foldReplay(entries: readonly LogEntry[], began: number): { call: Call; replay: ReplayCall }[] {
  const log = createCallLog();
  const told = new Map<string, ReplayCall>();
  for (const entry of entries) {
    for (const id of applyEntry(log, entry)) {
      const call = log.calls.get(id);
      if (call === undefined) continue;
      const replay = told.get(id) ?? newCall(call, began);
      told.set(id, replay);
      const change = changeOf(call, began);
      const last = replay.changes.at(-1);
      const same = last !== undefined && last[1] === change[1] && change[0] - last[0] < CHANGE_MS;
      // The first one says when it began, and stays.
      if (same && replay.changes.length > 1) replay.changes[replay.changes.length - 1] = [last[0], ...tail(change)];
      else replay.changes.push(change);
    }
  }
  return [...told]
    .flatMap(([id, replay]) => {
      const call = log.calls.get(id);
      return call === undefined ? [] : [{ call, replay }];
    })
    .sort((a, b) => a.replay.ms - b.replay.ms);
}

const milliseconds = (iso: string, began: number): number => Math.max(0, (Date.parse(iso) || began) - began);
const tail = ([, ...rest]: ReplayChange) => rest;

function newCall({ tool, server, startedAt }: Call, began: number): ReplayCall {
  return { tool, server: server ?? null, ms: milliseconds(startedAt, began), changes: [] };
}

function changeOf(call: Call, began: number): ReplayChange {
  const { state, progress, total, error, message } = call;
  const said = [leftWords(call), error?.message ?? message].filter((part) => part !== undefined);
  const text = said.length === 0 ? null : said.join(" · ");
  return [milliseconds(call.updatedAt, began), state, progress ?? null, total ?? null, text];
}

/** Undefined where `exportCast` is. The calls are held in memory, the terminal's output and the pictures of results are not. */
export async function exportReplay(
  recording: CastSource,
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
  const folded = foldReplay(kept, began);
  const calls = folded.map(({ replay }) => redactValue(replay, secrets));
  const media = replayMedia(
    folded.map(({ call }) => call),
    read,
  );
  return page(redactText(recording.title, secrets), calls, media, cast);
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
  calls: unknown,
  media: AsyncGenerator<ReplayMedia>,
  cast: AsyncGenerator<string>,
): AsyncGenerator<string> {
  // Half a megabyte, read when somebody exports.
  const { replayAssets } = await import("./replay-assets.ts");
  const { libraries, script, styles } = await replayAssets();
  const name = escapeText(title);
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<title>${name}</title>
${styles.map((style) => `<style>${style.replaceAll("</style", "<\\/style")}</style>`).join("\n")}
</head>
<body>
<header><h1>${name}</h1></header>
<main id="terminal" aria-label="Terminal"></main>
<ol id="list" aria-label="Calls"></ol>
<footer>
<button id="play" type="button">Play</button>
<input id="position" type="range" min="0" step="1" value="0" aria-label="Position">
<span id="time"></span>
<select id="speed" aria-label="Speed"><option value="1">1×</option><option value="4">4×</option><option value="16">16×</option><option value="64">64×</option></select>
</footer>
<script type="application/json" id="calls">${inScript(JSON.stringify(calls))}</script>
<script type="application/x-ndjson" id="media">`;
  for await (const item of media) yield inScript(`${JSON.stringify(item)}\n`);
  yield `</script>
<script type="application/x-ndjson" id="cast">`;
  for await (const line of cast) yield inScript(line);
  yield "</script>\n";
  for (const library of libraries) yield `<script>${codeInScript(library)}</script>\n`;
  yield `<script type="module">${codeInScript(script)}</script>\n</body>\n</html>\n`;
}

/** JSON in which nothing can end the element it stands in. */
const inScript = (json: string): string => json.replaceAll("<", "\\u003c");
/** In code both stand in strings only, where the backslash changes nothing. */
const codeInScript = (code: string): string => code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
const escapeText = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
