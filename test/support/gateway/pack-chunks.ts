/** Makes chunks of events for tests that have no log. */
import type { Chunk } from "../../../main/gateway/bridge/chunk.ts";
import { createFrameWriter } from "../../../main/gateway/bridge/frame-writer.ts";
import { MARK } from "../../../main/wire/event-batch.ts";

/** The events, numbered from `first`, as a log of their own would lay them out; `marks` has four numbers for each. */
export function packChunks(events: readonly string[], first: number, at: string, marks?: Float64Array): Chunk[] {
  const chunks: Chunk[] = [];
  const writer = createFrameWriter();
  const owner = { closed: (chunk: Chunk) => void chunks.push(chunk) };
  events.forEach((event, i) => {
    const bytes = Buffer.from(event);
    writer.add(owner, first + i, at, bytes, 0, bytes.length, marks, MARK * i);
  });
  writer.close(owner);
  return chunks;
}
