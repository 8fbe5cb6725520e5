/** The discovery file: its contents, and how a daemon's or gateway's base address is read out of its `url`. */
import { lenient, type Parsed, parseJson, z } from "./schema.ts";

/** Larger files are refused unread. */
export const MAX_DISCOVERY_BYTES = 64 * 1024;

/** Only `url` is required; unknown fields are ignored. */
export const discoveryFileSchema = z.object({
  url: z.string(),
  pid: z
    .nullish(z.number().int().positive())
    .transform((value) => value ?? undefined)
    .optional(),
  started_at: lenient(z.string()),
});
export type DiscoveryFile = z.infer<typeof discoveryFileSchema>;

export interface DiscoveredAddress extends DiscoveryFile {
  /** Scheme, host and port, without a path and without a slash at the end: `http://127.0.0.1:54500`. */
  base: string;
}

const LOOPBACK_URL = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})(?:\/(?:mcp\/?)?)?$/i;

/**
 * Gives the base address that precedes `/mcp`. Loopback and plain http only: a discovery file must not be able to
 * send this machine's secrets elsewhere. User names, queries, fragments and other paths are refused.
 */
export function baseAddress(url: string): Parsed<string> {
  const match = LOOPBACK_URL.exec(url);
  const [, host, port] = match ?? [];
  if (host === undefined || port === undefined) {
    return { ok: false, reason: "url must be http://127.0.0.1:<port>/mcp (or localhost, or [::1])" };
  }
  const number = Number(port);
  if (number < 1 || number > 65_535) return { ok: false, reason: `port ${port} is out of range` };
  return { ok: true, value: `http://${host.toLowerCase()}:${number}` };
}

/** Reads the text of a discovery file. Half of a file is not JSON, so a half-written one gives a reason and never an address. */
export function parseDiscoveryFile(text: string): Parsed<DiscoveredAddress> {
  const file = parseJson(discoveryFileSchema, text);
  if (!file.ok) return file;
  const base = baseAddress(file.value.url);
  return base.ok ? { ok: true, value: { ...file.value, base: base.value } } : base;
}
