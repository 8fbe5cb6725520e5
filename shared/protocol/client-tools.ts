/** Defines client tools: the tokens of programs that execute tools for agents, and the frames of `/ws/tools`. */
import { z } from "./schema.ts";

/** Largest frame that a client may send, in bytes. */
export const MAX_TOOLS_FRAME_BYTES = 8 * 1024 * 1024;
/** A client that does not answer a call within this time is asked to stop, in seconds. */
export const CLIENT_TIMEOUT_SECONDS = 120;
/** Longer origins are those of no page. */
export const MAX_ALLOWED_ORIGIN = 256;
/** What one client may offer. */
export const MAX_CLIENT_TOOLS = 500;
/** Bytes of JSON that one tool's definition may have. */
export const MAX_TOOL_BYTES = 64 * 1024;

/** A tool as a client declares it; whether it can be offered is decided for each by itself. */
export const declaredToolsSchema = z.array(z.unknown());

const originSchema = z.string().refine(isToolsOrigin, "an origin is https://… or a loopback address, without a path");

/** An origin exactly as a browser writes it: https, or http of this machine, and its port only where that is not the scheme's. */
export function isToolsOrigin(text: string): boolean {
  const [, scheme, host = "", port] = ORIGIN.exec(text) ?? [];
  if (scheme === undefined || (scheme === "https" && port === "443") || (scheme === "http" && port === "80"))
    return false;
  return scheme === "https" || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(host);
}
const ORIGIN = /^(https?):\/\/([a-z0-9.-]{1,253}|\[[0-9a-f:.]+\])(?::([1-9]\d{0,4}))?$/;

const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, "a name has no control characters");

/** `POST /api/v1/client-tokens`. `tools` serve clients that do not introduce themselves. */
export const newClientTokenSchema = z.object({
  name: nameSchema,
  tools: declaredToolsSchema.optional(),
  origins: z.array(originSchema).max(20).optional(),
  /** Which sessions' agents see its tools. At the daemon by its own ids, at the gateway by the sessions'. */
  sessions: z.union([z.literal("all"), z.array(z.string().max(64)).max(200)]).optional(),
  /** How long one call may take, in seconds. */
  timeout_seconds: z.number().int().min(1).max(86_400).optional(),
});
export type NewClientToken = z.infer<typeof newClientTokenSchema>;

/** `PATCH /api/v1/client-tokens/{id}`. */
export const patchClientTokenSchema = z.object({ name: nameSchema });

export const createdClientTokenSchema = z.object({
  id: z.string(),
  /** The only time that anybody sees it. */
  token: z.string(),
});
export type CreatedClientToken = z.infer<typeof createdClientTokenSchema>;

export const clientTokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** How agents' lists name it: its tools are prefixed with it where two are alike. */
  server: z.string(),
  origins: z.array(z.string()),
  sessions: z.union([z.literal("all"), z.array(z.string())]),
  timeout_seconds: z.number(),
  created_at: z.string(),
  /** A client with this token is connected. */
  connected: z.boolean(),
  /** When it last was, ISO 8601; absent where it never was. */
  last_seen_at: z.string().optional(),
  /** What the connected program says of itself. */
  title: z.string().optional(),
  version: z.string().optional(),
  /** Names of the tools that agents are offered now. */
  tools: z.array(z.string()),
});
export type ClientTokenView = z.infer<typeof clientTokenSchema>;

/** `GET /api/v1/client-tokens`. */
export const clientTokensSchema = z.object({ clients: z.array(clientTokenSchema) });

/** Frames of a client. An answer has no `type`, as clients of the original protocol send it. */
export const clientHelloSchema = z.object({
  type: z.literal("hello"),
  name: z.string().max(128),
  title: z.string().max(256).optional(),
  version: z.string().max(128).optional(),
  tools: declaredToolsSchema,
});
export const clientProgressSchema = z.object({
  type: z.literal("progress"),
  id: z.string(),
  progress: z.unknown(),
  total: z.unknown().optional(),
  message: z.string().optional(),
});
export const clientAnswerSchema = z.union([
  z.object({ id: z.string(), success: z.literal(true), data: z.unknown().optional() }),
  z.object({ id: z.string(), success: z.literal(false), error: z.unknown().optional() }),
]);
