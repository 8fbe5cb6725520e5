/** Session records in the cluster's Redis: whichever machine is asked finds them. Sealed, and dated by Redis' clock alone. */
import { check, parseExactJson, z } from "../../../shared/protocol/schema.ts";
import { type Bus, script } from "../../cluster/redis-bus.ts";
import type { Sealer } from "../../home/sealer.ts";
import { MAX_RECORDS_OF_OWNER, recordBodySchema, type SessionRecord, type SessionStore } from "./session-store.ts";

const bodySchema = recordBodySchema.extend({ id: z.string(), owner: z.string() });

/** Records that nobody touches or removes end with this; the daemons' own limit is shorter. */
const KEPT_MS = 48 * 60 * 60_000;
/** How long the difference of the clocks counts, and from what on another one replaces it. */
const CLOCK_MS = 60_000;
const CLOCK_CHANGE_MS = 5_000;
const REMOVED_AT_ONCE = 500;

/** Of all scripts, KEYS[1] is what all keys begin with; they have one hash tag. Each record is a hash, found by id, owner, session and age. */
const FORGET = `
local function forget(id)
  local key = KEYS[1] .. ":mcp:" .. id
  local found = redis.call("HMGET", key, "owner", "session")
  redis.call("DEL", key)
  redis.call("ZREM", KEYS[1] .. ":mcp-used", id)
  if found[1] then redis.call("ZREM", KEYS[1] .. ":mcp-owner:" .. found[1], id) end
  if found[2] then redis.call("SREM", KEYS[1] .. ":mcp-session:" .. found[2], id) end
end
`;
/** ARGV: id, owner, session, body, used, ms, records of an owner. */
const PUT = script(`${FORGET}
forget(ARGV[1])
local key, owner, session = KEYS[1] .. ":mcp:" .. ARGV[1], KEYS[1] .. ":mcp-owner:" .. ARGV[2], KEYS[1] .. ":mcp-session:" .. ARGV[3]
redis.call("HSET", key, "owner", ARGV[2], "session", ARGV[3], "body", ARGV[4], "used", ARGV[5])
redis.call("ZADD", KEYS[1] .. ":mcp-used", ARGV[5], ARGV[1])
redis.call("ZADD", owner, ARGV[5], ARGV[1])
redis.call("SADD", session, ARGV[1])
for _, name in ipairs({ key, owner, session }) do redis.call("PEXPIRE", name, ARGV[6]) end
local surplus = redis.call("ZCARD", owner) - ARGV[7]
if surplus > 0 then
  for _, id in ipairs(redis.call("ZRANGE", owner, 0, surplus - 1)) do forget(id) end
end
return 1`);
/** ARGV: id, used, ms. One that is not there stays away. */
const TOUCH = script(`
local key = KEYS[1] .. ":mcp:" .. ARGV[1]
local found = redis.call("HMGET", key, "owner", "session")
if not found[1] then return 0 end
redis.call("HSET", key, "used", ARGV[2])
redis.call("ZADD", KEYS[1] .. ":mcp-used", "XX", ARGV[2], ARGV[1])
redis.call("ZADD", KEYS[1] .. ":mcp-owner:" .. found[1], "XX", ARGV[2], ARGV[1])
redis.call("PEXPIRE", key, ARGV[3])
redis.call("PEXPIRE", KEYS[1] .. ":mcp-owner:" .. found[1], ARGV[3])
redis.call("PEXPIRE", KEYS[1] .. ":mcp-session:" .. found[2], ARGV[3])
return 1`);
const REMOVE = script(`${FORGET}
forget(ARGV[1])
return 1`);
const REMOVE_SESSION = script(`${FORGET}
for _, id in ipairs(redis.call("SMEMBERS", KEYS[1] .. ":mcp-session:" .. ARGV[1])) do forget(id) end
return 1`);
/** ARGV: used before, at most. Gives how many. */
const REMOVE_IDLE = script(`${FORGET}
local old = redis.call("ZRANGEBYSCORE", KEYS[1] .. ":mcp-used", "-inf", "(" .. ARGV[1], "LIMIT", 0, ARGV[2])
for _, id in ipairs(old) do forget(id) end
return #old`);
/** Characters of a sealed record. What is longer no member of the cluster wrote: it stays in Redis, and there is no record. */
const MAX_BODY_CHARS = 4 * 1024 * 1024;
/** ARGV: owner. One whose key has expired meanwhile is passed over. */
const OF_OWNER = script(`
for _, id in ipairs(redis.call("ZREVRANGE", KEYS[1] .. ":mcp-owner:" .. ARGV[1], 0, 7)) do
  local key = KEYS[1] .. ":mcp:" .. id
  local long = #id > 64 or redis.call("HSTRLEN", key, "body") > ${MAX_BODY_CHARS} or redis.call("HSTRLEN", key, "used") > 32
  local found = long and {} or redis.call("HMGET", key, "body", "used")
  if found[1] then return { id, found[1], found[2] } end
end
return {}`);

export interface RedisStoreOptions {
  bus: Bus;
  prefix: string;
  sealer: Sealer;
  /** The wall clock of this machine: how far it is from Redis' own is measured, so that no machine's clock ends another's sessions. */
  now?: () => number;
  steady?: () => number;
}

export function openRedisSessionStore(options: RedisStoreOptions): SessionStore {
  const { bus, prefix, sealer, now = Date.now, steady = () => performance.now() } = options;
  let ahead: { ms: number; at: number } | undefined;

  /** By how much this machine's clock is ahead of Redis'. */
  async function aheadMs(): Promise<number> {
    if (ahead !== undefined && steady() - ahead.at < CLOCK_MS) return ahead.ms;
    const reply = await bus.send(prefix, ["TIME"]);
    const [seconds, micros] = Array.isArray(reply) ? reply.map(Number) : [];
    const ms = Math.round(now() - ((seconds ?? 0) * 1_000 + (micros ?? 0) / 1_000));
    ahead = { ms: ahead === undefined || Math.abs(ms - ahead.ms) > CLOCK_CHANGE_MS ? ms : ahead.ms, at: steady() };
    return ahead.ms;
  }
  const run = (what: typeof PUT, ...args: (string | number)[]) => bus.run(what, [prefix], args.map(String));
  const read = (id: string, body: unknown, used: unknown, offset: number): SessionRecord | undefined => {
    // What no member of the cluster wrote, or wrote under another id, is no record.
    const opened = typeof body === "string" ? sealer.open(body) : undefined;
    const record = opened === undefined ? undefined : parseExactJson(bodySchema, opened);
    const usedAt = check(z.coerce.number(), used);
    if (record?.ok !== true || !usedAt.ok || record.value.id !== id) return undefined;
    return { ...record.value, usedAt: usedAt.value + offset };
  };

  return {
    async put({ usedAt, ...body }) {
      const { id, owner, session } = body;
      const used = Math.round(usedAt) - (await aheadMs());
      await run(PUT, id, owner, session.id, sealer.seal(JSON.stringify(body)), used, KEPT_MS, MAX_RECORDS_OF_OWNER);
    },
    async get(id) {
      const offset = await aheadMs();
      const key = `${prefix}:mcp:${id}`;
      const chars = Number(await bus.send(prefix, ["HSTRLEN", key, "body"]));
      if (chars === 0 || chars > MAX_BODY_CHARS) return undefined;
      const reply = await bus.send(prefix, ["HMGET", key, "body", "used"]);
      const [body, used] = Array.isArray(reply) ? reply : [];
      return body === null || body === undefined ? undefined : read(id, body, used, offset);
    },
    async ofOwner(owner) {
      const offset = await aheadMs();
      const reply = await run(OF_OWNER, owner);
      const [id, body, used] = Array.isArray(reply) ? reply : [];
      const record = id === undefined ? undefined : read(String(id), body, used, offset);
      return record?.owner === owner ? record : undefined;
    },
    touch: async (id, usedAt) => void (await run(TOUCH, id, Math.round(usedAt) - (await aheadMs()), KEPT_MS)),
    remove: async (id) => void (await run(REMOVE, id)),
    removeSession: async (session) => void (await run(REMOVE_SESSION, session)),
    async removeIdle(before) {
      const used = Math.round(before) - (await aheadMs());
      while (Number(await run(REMOVE_IDLE, used, REMOVED_AT_ONCE)) === REMOVED_AT_ONCE);
    },
    // The connection is its cluster's.
    async close() {},
  };
}
