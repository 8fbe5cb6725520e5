/** Finds what a session's daemons kept beside its events, and puts it back where it was for exports. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ToolEvent } from "../../../shared/events/tool-event.ts";
import { openResultFiles, resultPath } from "../../home/results/result-files.ts";
import { daemonSessions, type SessionRecord } from "../sessions/session-record.ts";

/** Reads a part by its name; undefined when it is kept no more, or never was. */
export type ReadPart = (name: string) => Promise<Buffer | undefined>;

/**
 * Where the gateway itself keeps parts of a session whose daemon does not. A foreign daemon chooses its sessions' ids: such
 * an id must not lead to what another session has.
 */
export const gatewayFolder = (session: string): string =>
  `g-${createHash("sha256").update(session).digest("hex").slice(0, 32)}`;

/** The folders of a session's parts. */
export const partFolders = (record: SessionRecord): string[] => [...daemonSessions(record), gatewayFolder(record.id)];

/**
 * Parts of this session alone, under each of the ids that it has had. `far`: reads one of another machine, where it is one of a
 * session there; what it gives is kept here from then on.
 */
export function partsOf(record: SessionRecord, results: string, far?: ReadPart): ReadPart {
  return async (name) => {
    for (const session of partFolders(record)) {
      const path = resultPath(results, session, name);
      if (path === undefined) continue;
      try {
        return await readFile(path);
      } catch {
        // Of another of its ids, or gone.
      }
    }
    const bytes = await far?.(name);
    if (bytes !== undefined) openResultFiles(results).keep(gatewayFolder(record.id), name, bytes.toString("base64"));
    return bytes;
  };
}

/** Puts the event's kept parts back, as base64, in place. What is kept no more stays absent. */
export async function restoreParts(event: ToolEvent, read: ReadPart): Promise<void> {
  for (const { at, kept } of event.parts ?? []) {
    if (kept === undefined) continue;
    const bytes = await read(kept);
    if (bytes !== undefined) put(event, at.split("/").slice(1), bytes.toString("base64"));
  }
}

function put(into: object, [key = "", ...rest]: string[], value: string): void {
  const name = key.replaceAll("~1", "/").replaceAll("~0", "~");
  if (rest.length === 0) {
    if (name === "data" || name === "blob") Object.assign(into, { [name]: value });
    return;
  }
  const next: unknown = Object.hasOwn(into, name) ? Reflect.get(into, name) : undefined;
  if (typeof next === "object" && next !== null) put(next, rest, value);
}
