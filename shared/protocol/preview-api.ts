/** Message shapes of previews: the ports that a session serves, where each is reached, and who may enter. */
import { z } from "./schema.ts";

/** TCP ports that a program can listen on. */
export const portSchema = z.number().int().min(1).max(65_535);

/** Most exposures of one session. */
export const MAX_EXPOSURES = 64;

/**
 * A path prefix, `/api` or `/api/v1`: begins with a slash and holds whole segments. It has no query, no fragment, no empty
 * segment, no `.` or `..`, and no escaped slash or backslash.
 */
export const pathPrefixSchema = z
  .string()
  .max(256)
  .refine((text) => /^\/[\x21-\x7e]*$/.test(text) && !/[?#\\"<>]/.test(text), "must be a path that begins with /")
  .refine((text) => text === "/" || segmentsOf(text.replace(/\/$/, "")) !== undefined, "must hold whole segments");

/** A port that a session may serve. `foreign`: also where another user's program listens there. */
export const exposureSchema = z.object({
  port: portSchema,
  pathPrefix: pathPrefixSchema.optional(),
  label: z.string().min(1).max(80).optional(),
  foreign: z.boolean().optional(),
});
export type Exposure = z.infer<typeof exposureSchema>;

export const exposuresSchema = z
  .array(exposureSchema)
  .max(MAX_EXPOSURES)
  .refine((list) => new Set(list.map(({ port }) => port)).size === list.length, "names a port twice")
  .refine((list) => distinctPrefixes(list), "names a pathPrefix twice");

/** An exposure with its addresses. */
export const previewViewSchema = exposureSchema.extend({
  /** The preview's own origin, with a slash at its end. */
  url: z.string(),
  /** The same program below the gateway's own address, for programs that hold a token. */
  path_url: z.string(),
});
export type PreviewView = z.infer<typeof previewViewSchema>;

/** `GET /api/v1/sessions/{id}/previews`. `POST` takes an `exposureSchema` and answers 201 with its view. */
export const previewsResponseSchema = z.object({ previews: z.array(previewViewSchema) });

/** A port in a session's view: one that a program of the session listens on, or one that is exposed. */
export const portViewSchema = z.object({
  port: portSchema,
  /** Name of the program that listens there, where the system says it. */
  process: z.string().optional(),
  /** Whether a program of this session listens there. */
  ours: z.boolean().optional(),
  exposed: z.boolean(),
  health: z.enum(["up", "down", "unknown"]),
  label: z.string().optional(),
  pathPrefix: z.string().optional(),
  /** Only of an exposed one. */
  url: z.string().optional(),
});
export type PortView = z.infer<typeof portViewSchema>;

/** `POST …/previews/{port}/grant`: the path to begin at; `/` when absent. */
export const grantRequestSchema = z.object({
  path: z
    .string()
    .max(4_096)
    .regex(/^\/(?!\/)[\x21-\x7e]*$/, "must be a path that begins with one /")
    .optional(),
});
/** 201. The address lets one browser in, once, within a minute. */
export const grantResponseSchema = z.object({ url: z.string(), expires_at: z.string() });

/** `POST …/previews/{port}/shares`: a link for somebody without a device. */
export const shareRequestSchema = z.object({
  /** Minutes until it ends; a day when absent, thirty days at most. */
  minutes: z.number().int().min(1).max(43_200).default(1_440),
  /** Whether it also asks for six digits, which are told to the guest in another way. */
  pin: z.boolean().default(false),
  label: z.string().min(1).max(80).optional(),
});
export const shareViewSchema = z.object({
  id: z.string(),
  port: portSchema,
  label: z.string().optional(),
  pin: z.boolean(),
  made_at: z.string(),
  expires_at: z.string(),
  /** False once too many wrong digits were entered. */
  open: z.boolean(),
});
export type ShareView = z.infer<typeof shareViewSchema>;
/** 201. The link and its digits are shown this once. */
export const shareResponseSchema = shareViewSchema.extend({ url: z.string(), digits: z.string().optional() });
export const sharesResponseSchema = z.object({ shares: z.array(shareViewSchema) });

/** What the page of a preview that lets this browser in no more posts to the page around its frame. */
export const PREVIEW_CLOSED = "signalbox:preview-closed";

/** `GET …/previews/{port}/check?path=`: what a request of that path would meet now. */
export const previewCheckSchema = z.object({
  health: z.enum(["up", "down"]),
  /** What is wrong, in a sentence. */
  reason: z.string().optional(),
  /** Status that the program answered with. */
  status: z.number().optional(),
  /** Whether the page allows that it is shown inside another one. */
  framing: z.enum(["allowed", "refused"]).optional(),
});
export type PreviewCheck = z.infer<typeof previewCheckSchema>;

/** Daemon: `PUT /session/{id}/exposures`. Only these ports pass its `/session/{id}/proxy/{port}/…`. */
export const daemonExposuresSchema = z.object({
  exposures: z.array(z.object({ port: portSchema, foreign: z.boolean().optional() })).max(MAX_EXPOSURES),
});
export type DaemonExposures = z.infer<typeof daemonExposuresSchema>["exposures"];

/** Daemon's notice: a port of a session, with who listens there. */
export const daemonPortSchema = z.object({
  port: portSchema,
  process: z.string().optional(),
  ours: z.boolean(),
});
export type DaemonPort = z.infer<typeof daemonPortSchema>;

/**
 * The segments of a path, each decoded once; undefined where a segment is empty, `.` or `..`, holds an escaped slash or
 * backslash, or cannot be decoded: such a path matches no prefix. A slash at the end counts as no segment.
 */
export function segmentsOf(path: string): string[] | undefined {
  if (!path.startsWith("/")) return undefined;
  const parts = path.slice(1).split("/");
  if (parts.at(-1) === "") parts.pop();
  const segments: string[] = [];
  for (const part of parts) {
    let decoded: string;
    try {
      decoded = decodeURIComponent(part);
    } catch {
      return undefined;
    }
    if (decoded === "" || decoded === "." || decoded === ".." || /[/\\\0]/.test(decoded)) return undefined;
    segments.push(decoded);
  }
  return segments;
}

/** A prefix in the one form in which it is kept: without a slash at its end; undefined for the whole path. */
export function plainPrefix(prefix: string | undefined): string | undefined {
  const plain = prefix?.replace(/\/$/, "");
  return plain === undefined || plain === "" ? undefined : plain;
}

function distinctPrefixes(list: readonly Exposure[]): boolean {
  const prefixes = list.flatMap(({ pathPrefix }) => plainPrefix(pathPrefix) ?? []);
  const keys = prefixes.map((prefix) => JSON.stringify(segmentsOf(prefix)));
  return new Set(keys).size === keys.length;
}
