/** The contract of the place where MCP sessions are recorded, so that one can be taken up again after its daemon has gone. */
import { z } from "../../../shared/protocol/schema.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";

/** What of a record is written as JSON, and read again from where others could have written it. */
export const recordBodySchema = z.object({
  session: z.object({
    id: z.string(),
    cwd: z.string(),
    createdAt: z.string(),
    label: z.string().optional(),
    agent: z.string().optional(),
    servers: z.array(z.string()).optional(),
  }),
  protocolVersion: z.string(),
  /** Params of the client's `initialize`, to be said again to servers. */
  initialize: z.custom<JsonObject>(isObject, "expected an object"),
});

export interface SessionRecord extends z.infer<typeof recordBodySchema> {
  /** The `Mcp-Session-Id` that the client holds. */
  id: string;
  /** Hash of the bearer that it belongs to; the bearer itself is nowhere. `session` is that bearer's. */
  owner: string;
  /** Whole milliseconds since 1970. */
  usedAt: number;
}

/** Records of one owner that are kept; the longest unused are forgotten first. Clients seldom end their sessions. */
export const MAX_RECORDS_OF_OWNER = 512;

/**
 * Records only: live streams and connections are never found through it. Each method rejects when the store cannot be
 * reached or refuses; what was recorded before is then unchanged. Asynchronous, so that a store may be on another machine.
 */
export interface SessionStore {
  /** Records it, or replaces what was recorded under its id. */
  put(record: SessionRecord): Promise<void>;
  get(id: string): Promise<SessionRecord | undefined>;
  /** Any one record of this owner: it names the Signalbox session. */
  ofOwner(owner: string): Promise<SessionRecord | undefined>;
  /** Says that it was used; one that is not there stays away. */
  touch(id: string, usedAt: number): Promise<void>;
  remove(id: string): Promise<void>;
  /** All of one Signalbox session. */
  removeSession(session: string): Promise<void>;
  /** Those last used before this time. */
  removeIdle(before: number): Promise<void>;
  close(): Promise<void>;
}
