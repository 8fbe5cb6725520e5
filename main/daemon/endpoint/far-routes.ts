/** What gateways of other machines need of this one's disk: its agents and folders, and what was kept of and for a session. */
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Context, Hono } from "hono";
import { fault } from "../../../shared/protocol/fault.ts";
import { detectAgents } from "../../agents/detect-agents.ts";
import { listFolders } from "../../agents/list-folders.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { maskedSegments } from "../../home/recording/masked-segments.ts";
import { type RecordedSegment, readRecording } from "../../home/recording/read-recording.ts";
import { resultPath } from "../../home/results/result-files.ts";
import { keepFile } from "../../home/session-files.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import { type Env, refuse } from "./route-kit.ts";

export interface FarRoutesContext {
  home: HomeFolder;
  env: NodeJS.ProcessEnv;
  registry: SessionRegistry;
  /** Every value that must leave in no recording. */
  secrets: () => readonly string[];
}

const RECENT_FOLDERS = 8;
/** What is read, and masked, at once. */
const PIECE_BYTES = 1024 * 1024;

const FILE_STATUS: Readonly<Record<string, 400 | 409 | 413 | 500>> = {
  "too-large": 413,
  "too-many-files": 409,
  "no-room": 500,
  "file-unwritable": 500,
};

export function addFarRoutes(app: Hono<Env>, context: FarRoutesContext): void {
  const { home, env, registry, secrets } = context;

  app.get("/agents", async (c) => {
    const newest = registry.list().toReversed();
    const recent = [...new Set(newest.map(({ cwd }) => cwd))].slice(0, RECENT_FOLDERS);
    return c.json({ agents: await detectAgents(env), recent_folders: recent });
  });
  app.get("/folders", async (c) => {
    const listed = await listFolders(c.req.query("path"));
    return listed.ok ? c.json(listed.value) : refuse(c, 404, listed.fault);
  });

  app.get("/session/:id/parts/:name", async (c) => {
    const path = resultPath(home.results, c.req.param("id"), c.req.param("name"));
    const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
    if (path === undefined || found?.isFile() !== true) {
      return refuse(c, 404, fault("no-such-part", "This part of a result isn't kept any more."));
    }
    return bytes(c, piecesOf(path), found.size);
  });

  app.get("/session/:id/recording", (c) => {
    const segments = Array.from(readRecording(home.recordings, c.req.param("id")), (segment) => ({
      header: segment.header,
      moments: segment.moments,
      bytes: endOf(segment) - segment.header.offset,
    }));
    return c.json({ segments });
  });
  app.get("/session/:id/recording/:offset", (c) => {
    const masked = maskedSegments(readRecording(home.recordings, c.req.param("id")), secrets());
    return bytes(c, recordedPieces(masked, Number(c.req.param("offset"))));
  });

  app.post("/session/:id/files", async (c) => {
    const session = registry.get(c.req.param("id"));
    if (session === undefined) return refuse(c, 404, fault("no-such-session", "There is no session of this id."));
    const kept = await keepFile(join(home.run, session.id, "files"), c.req.query("name") ?? "", c.env.incoming);
    return kept.ok ? c.json(kept.value, 201) : refuse(c, FILE_STATUS[kept.fault.code] ?? 400, kept.fault);
  });
}

/** Where the last of its bytes ends of which is known when they came. */
const endOf = ({ header, moments }: RecordedSegment): number =>
  moments.reduce((end, moment) => Math.max(end, moment[2]), header.offset);

async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r");
  try {
    for await (const piece of file.createReadStream({ highWaterMark: PIECE_BYTES, autoClose: false })) yield piece;
  } finally {
    await file.close();
  }
}

async function* recordedPieces(segments: Generator<RecordedSegment>, offset: number): AsyncGenerator<Uint8Array> {
  for (const segment of segments) {
    if (segment.header.offset !== offset) continue;
    const end = endOf(segment);
    for (let at = offset; at < end; at += PIECE_BYTES) {
      yield Buffer.from(segment.read(at, Math.min(end, at + PIECE_BYTES)));
      // Terminals and calls go on between two pieces.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return;
  }
}

/** Pulled by its reader. */
function bytes(c: Context<Env>, pieces: AsyncGenerator<Uint8Array>, size?: number): Response {
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await pieces.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: async () => void (await pieces.return(undefined)),
  });
  return c.body(stream, 200, {
    "content-type": "application/octet-stream",
    ...(size !== undefined && { "content-length": String(size) }),
  });
}
