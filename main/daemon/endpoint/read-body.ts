/** Reads a request's body, up to a bound. */
import type { IncomingMessage } from "node:http";

/** A client that announces too large a body gets this long to send its first bytes, in milliseconds. */
const FIRST_BYTES_MS = 1_000;

/**
 * The text, or undefined when it is larger than `maxBytes` or broke off; the rest is then not read. `tooLarge` is given
 * the beginning of a body that is too large, as far as it came with the first bytes.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  tooLarge?: (beginning: string) => void,
): Promise<string | undefined> {
  const announced = Number(request.headers["content-length"] ?? 0) > maxBytes;
  if (announced && tooLarge === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let told = false;
    const refuse = (beginning: Buffer | undefined) => {
      if (!told) tooLarge?.(beginning?.toString("utf8") ?? "");
      told = true;
      resolve(undefined);
    };
    if (announced) {
      const late = setTimeout(() => refuse(undefined), FIRST_BYTES_MS);
      request.once("data", () => clearTimeout(late));
      request.once("close", () => clearTimeout(late));
    }
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (announced || size > maxBytes) refuse(chunks[0] ?? chunk);
      else chunks.push(chunk);
    });
    request.on("end", () =>
      resolve(chunks.length === 1 ? chunks[0]?.toString("utf8") : Buffer.concat(chunks).toString("utf8")),
    );
    request.on("error", () => resolve(undefined));
    request.on("close", () => resolve(undefined));
  });
}
