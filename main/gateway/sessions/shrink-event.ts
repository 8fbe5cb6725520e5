/** Makes the large events of foreign daemons as small as ours are: parts are cut, and pictures are kept beside the event. */
import { randomBytes } from "node:crypto";
import type { RecordedPart } from "../../../shared/events/tool-event.ts";
import { MAX_RECORDED_BYTES, MAX_RECORDED_MESSAGE_BYTES } from "../../../shared/protocol/wire.ts";
import { isExactNumber, parseExact } from "../../../shared/text/exact-json.ts";
import { pointed, recordValue } from "../../home/results/record-value.ts";
import type { ResultFiles } from "../../home/results/result-files.ts";
import { gatewayFolder } from "../history/kept-parts.ts";

/** Of JSON. Smaller events are passed on byte for byte; ours are never larger. */
const MAX_PASSED_BYTES = 2 * MAX_RECORDED_BYTES;

interface Slice {
  source: Buffer;
  from: number;
  to: number;
}

export interface ShrinkEvents {
  /** The event in its place, or a copy that is small enough. `session` is the gateway's id. */
  shrink(session: string, source: Buffer, from: number, to: number): Slice;
}

export function createShrinkEvents(keep: ResultFiles["keep"], secrets: () => readonly string[]): ShrinkEvents {
  return {
    shrink(session, source, from, to) {
      if (to - from <= MAX_PASSED_BYTES) return { source, from, to };
      let kept = 0;
      const prefix = `x-${randomBytes(6).toString("hex")}`;
      const keepOne = (base64: string): string | undefined => {
        kept += 1;
        const name = `${prefix}-${kept}`;
        return keep(gatewayFolder(session), name, base64) ? name : undefined;
      };
      const small = Buffer.from(smallEvent(source.toString("utf8", from, to), secrets(), keepOne));
      return { source: small, from: 0, to: small.length };
    },
  };
}

/** Room of each field, in bytes of JSON. */
const ROOM: ReadonlyMap<string, number> = new Map([
  ["args", MAX_RECORDED_BYTES],
  ["result", MAX_RECORDED_BYTES],
]);

function smallEvent(text: string, secrets: readonly string[], keep: (base64: string) => string | undefined): string {
  const event = parse(text);
  const own = Array.isArray(event.parts) ? event.parts : [];
  const parts: RecordedPart[] = [];
  const cut: Record<string, number> = {};
  const fields = Object.entries(event).flatMap(([key, value]): [string, unknown][] => {
    if (key === "parts" || key === "cut") return [];
    const room = ROOM.get(key) ?? MAX_RECORDED_MESSAGE_BYTES;
    const recorded = recordValue(value, secrets, room, key === "result" ? keep : undefined);
    parts.push(...pointed(`/${key}`, recorded.parts));
    if (ROOM.has(key) && recorded.size !== undefined) cut[key] = recorded.size;
    return [[key, recorded.value]];
  });
  return JSON.stringify({
    ...Object.fromEntries(fields.slice(0, MAX_FIELDS)),
    ...(Object.keys(cut).length > 0 ? { cut } : event.cut !== undefined && { cut: event.cut }),
    ...((parts.length > 0 || own.length > 0) && { parts: [...own, ...parts].slice(0, MAX_PARTS) }),
  });
}

/** An event has about a dozen. */
const MAX_FIELDS = 32;
const MAX_PARTS = 200;

/** What comes here has been read as an event before. */
function parse(text: string): Record<string, unknown> {
  const value: unknown = parseExact(text);
  return typeof value === "object" && value !== null && !isExactNumber(value) ? { ...value } : {};
}
