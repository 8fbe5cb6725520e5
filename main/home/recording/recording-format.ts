/**
 * The form of a recording on disk: the bytes that a terminal printed, unchanged, and beside them when they came.
 * `<recordings>/<session>/<offset>.out` holds bytes from that offset on, `<offset>.idx` one JSON line for each moment.
 */
import { join } from "node:path";
import { check, type Parsed, z } from "../../../shared/protocol/schema.ts";

/** A segment is closed at this size; of a session the newest are kept: 64 MiB at most. */
export const SEGMENT_BYTES = 16 * 1024 * 1024;
export const SEGMENTS_KEPT = 4;

/** First line of an index. Times are milliseconds since the session's first start; offsets count printed bytes. */
export const segmentHeaderSchema = z.object({
  version: z.literal(1),
  offset: z.number(),
  ms: z.number(),
  /** ISO 8601, when the recording of the session began. */
  began_at: z.string(),
  cols: z.number(),
  rows: z.number(),
});
export type SegmentHeader = z.infer<typeof segmentHeaderSchema>;

/** `[what, milliseconds, offset, …]`: all bytes up to the offset had come by then. */
export const momentSchema = z.union([
  z.tuple([z.literal("output"), z.number(), z.number()]),
  z.tuple([z.literal("resize"), z.number(), z.number(), z.number(), z.number()]),
  /** Exit code or signal; exactly one is not null. */
  z.tuple([z.literal("exit"), z.number(), z.number(), z.number().nullable(), z.string().nullable()]),
  z.tuple([z.literal("start"), z.number(), z.number()]),
]);
export type Moment = z.infer<typeof momentSchema>;

export const parseHeader = (value: unknown): Parsed<SegmentHeader> => check(segmentHeaderSchema, value);
export const parseMoment = (value: unknown): Parsed<Moment> => check(momentSchema, value);

const NAME = /^(\d{15})\.out$/;

/** Sorted by name is sorted by offset. */
export const segmentName = (offset: number): string => String(offset).padStart(15, "0");

export const segmentPaths = (folder: string, offset: number): { out: string; index: string } => ({
  out: join(folder, `${segmentName(offset)}.out`),
  index: join(folder, `${segmentName(offset)}.idx`),
});

/** The offset that a file's name tells; undefined for any other file. */
export function segmentOffset(file: string): number | undefined {
  const [, digits] = NAME.exec(file) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
