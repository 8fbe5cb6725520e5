/** Gives the pictures of results to an exported replay, and names what of the results is not in it. */
import type { Call } from "../../../shared/events/call.ts";
import type { ReplayMedia } from "../../../shared/protocol/replay-file.ts";
import { check, z } from "../../../shared/protocol/schema.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { ReadPart } from "./kept-parts.ts";

/** Of all pictures of a file together, in bytes. */
const MAX_PICTURES_BYTES = 32 * 1024 * 1024;
const PICTURE = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

const media = z.object({ mimeType: z.string().optional() });
const resultSchema = z.object({
  content: z.array(
    media
      .extend({ data: z.string().optional(), resource: media.extend({ blob: z.string().optional() }).optional() })
      .catch({}),
  ),
});

/** One picture is in memory at a time. Without `read` kept ones are named only. */
export async function* replayMedia(
  calls: readonly Pick<Call, "result" | "parts">[],
  read: ReadPart | undefined,
): AsyncGenerator<ReplayMedia> {
  let room = MAX_PICTURES_BYTES;
  for (const [call, { result, parts = [] }] of calls.entries()) {
    const checked = check(resultSchema, result);
    const content = checked.ok ? checked.value.content : [];
    for (const [index, part] of content.entries()) {
      const place = `/result/content/${index}/`;
      const what = part.mimeType ?? part.resource?.mimeType ?? "a file";
      const data = part.data ?? part.resource?.blob;
      const bytes = data === undefined ? 0 : Buffer.byteLength(data, "base64");
      if (data !== undefined && PICTURE.test(what) && BASE64.test(data)) {
        const fits = bytes <= room;
        if (fits) room -= bytes;
        yield { call, what, bytes, ...(fits && { data }) };
      }
      for (const mark of parts.filter(({ at }) => at.startsWith(place))) {
        const picture =
          mark.kept !== undefined && PICTURE.test(what) && mark.bytes <= room ? await read?.(mark.kept) : undefined;
        room -= picture?.length ?? 0;
        if (picture !== undefined) yield { call, what, bytes: picture.length, data: picture.toString("base64") };
        else if (mark.left_out !== undefined) yield { call, what: "a text was cut", bytes: mark.left_out };
        else yield { call, what: oneLine(what, 100), bytes: mark.bytes };
      }
    }
  }
}
