/** What lies on another machine's disk: parts of results and recordings, fetched from its daemon, and files handed to its programs. */
import { createWriteStream } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { failed, faultBodySchema, ok, type Result } from "../../../shared/protocol/fault.ts";
import { parseJson, z } from "../../../shared/protocol/schema.ts";
import { MAX_HANDED_FILE_BYTES } from "../../../shared/protocol/wire.ts";
import { recordingFolder } from "../../home/recording/read-recording.ts";
import {
  momentSchema,
  SEGMENT_BYTES,
  segmentHeaderSchema,
  segmentPaths,
} from "../../home/recording/recording-format.ts";
import { ask } from "../../wire/reach.ts";
import { networkReason, readBounded } from "../discovery/probe-health.ts";
import type { Connected } from "./connected.ts";

/** A stream that stands still this long is given up. */
const TIMEOUT_MS = 120_000;
const MAX_PART_BYTES = 256 * 1024 * 1024;
const MAX_INDEX_BYTES = 64 * 1024 * 1024;
const MAX_SEGMENTS = 64;

const segmentsSchema = z.object({
  segments: z
    .array(
      z.object({
        header: segmentHeaderSchema,
        moments: z.array(momentSchema),
        bytes: z
          .number()
          .int()
          .min(0)
          .max(2 * SEGMENT_BYTES),
      }),
    )
    .max(MAX_SEGMENTS),
});
const handedSchema = z.object({ path: z.string(), bytes: z.number() });

const at = (session: string) => `/session/${encodeURIComponent(session)}`;

/** Undefined where that machine does not have it either. Rejects where it cannot be asked. */
export async function farPart(daemon: Connected, session: string, name: string): Promise<Buffer | undefined> {
  const answer = await get(daemon, `${at(session)}/parts/${encodeURIComponent(name)}`);
  if (answer.status !== 200 || answer.body === null) return undefined;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of answer.body) {
    size += piece.byteLength;
    if (size > MAX_PART_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Writes a session's recording, with that machine's secrets masked, into `recordings`. Nothing is written where there is none. Rejects where it cannot be had. */
export async function farRecording(daemon: Connected, session: string, recordings: string): Promise<void> {
  const folder = recordingFolder(recordings, session);
  const listed = await get(daemon, `${at(session)}/recording`);
  const text = listed.status === 200 ? await readBounded(listed, MAX_INDEX_BYTES) : undefined;
  const read = text === undefined ? undefined : parseJson(segmentsSchema, text);
  if (folder === undefined || read?.ok !== true) throw new Error("its list of recordings cannot be read");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const { header, moments, bytes } of read.value.segments) {
    const { out, index } = segmentPaths(folder, header.offset);
    const answer = await get(daemon, `${at(session)}/recording/${header.offset}`);
    if (answer.status !== 200 || answer.body === null) throw new Error("a part of its recording is missing");
    await pipeline(Readable.from(answer.body), upTo(bytes), createWriteStream(out, { mode: 0o600 }));
    const lines = [header, ...moments].map((line) => `${JSON.stringify(line)}\n`);
    await writeFile(index, lines.join(""), { mode: 0o600 });
  }
}

/** Hands a file to a program there. Faults: those of the daemon; `machine-away`. */
export async function farFile(
  daemon: Connected,
  session: string,
  name: string,
  body: AsyncIterable<Uint8Array> | null,
): Promise<Result<z.infer<typeof handedSchema>>> {
  try {
    const answer = await ask(daemon.reach, `${at(session)}/files?name=${encodeURIComponent(name)}`, {
      method: "POST",
      headers: { ...daemon.client.keyHeaders, "content-type": "application/octet-stream" },
      body: counted(body ?? []),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = (await readBounded(answer, 64 * 1024)) ?? "";
    const kept = parseJson(handedSchema, text);
    if (answer.ok && kept.ok) return ok(kept.value);
    const refused = parseJson(faultBodySchema, text);
    return refused.ok
      ? { ok: false, fault: refused.value.error }
      : failed("daemon-answer", "The machine's answer cannot be read.");
  } catch (error) {
    return failed("machine-away", `The file did not get to its machine: ${networkReason(error)}.`, "Try again.");
  }
}

/** A folder of its own for `act`, removed after the last of what it gives. */
export async function withFolder(path: string, act: (path: string) => Promise<AsyncGenerator<string> | undefined>) {
  const remove = () => rm(path, { recursive: true, force: true });
  let text: AsyncGenerator<string> | undefined;
  try {
    text = await act(join(path));
  } finally {
    if (text === undefined) await remove();
  }
  return text && thenRemove(text, remove);
}

async function* thenRemove(text: AsyncGenerator<string>, remove: () => Promise<void>): AsyncGenerator<string> {
  try {
    yield* text;
  } finally {
    await remove();
  }
}

const get = (daemon: Connected, path: string) =>
  ask(daemon.reach, path, { headers: daemon.client.keyHeaders, signal: AbortSignal.timeout(TIMEOUT_MS) });

/** Ends after so many bytes, whatever comes. */
function upTo(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const part = chunk.subarray(0, left);
      left -= part.length;
      done(null, part);
    },
  });
}

/** More than the other machine reads of a file that is too large is not sent. */
async function* counted(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = MAX_HANDED_FILE_BYTES + 1;
  for await (const chunk of body) {
    const part = chunk.subarray(0, left);
    left -= part.byteLength;
    if (part.byteLength > 0) yield part;
  }
}
