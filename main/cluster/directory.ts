/** Who is in the cluster: each machine says so every 5 s, is gone after 15 s of silence, and stays listed for a day. Times are Redis' own. */
import { parseJson, z } from "../../shared/protocol/schema.ts";
import { reasonOf } from "../../shared/text/reason-of.ts";
import type { Sealer } from "../home/sealer.ts";
import { type Bus, script } from "./redis-bus.ts";

export const RENEW_MS = 5_000;
export const GONE_MS = 15_000;
/** A machine is not sure of itself any more before others are sure that it is gone. */
const MARGIN_MS = 2_000;
export const LISTED_MS = 24 * 60 * 60_000;
/** Machines that are listed; the longest silent are left out first. */
export const MAX_MACHINES = 1_000;

const entrySchema = z.object({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  name: z.string().min(1).max(64),
  /** Of Signalbox, and of the surface that its daemon serves. */
  version: z.string().max(40),
  protocol: z.number().int(),
  /** When its daemon started, ISO 8601, by its own clock. */
  since: z.string().max(40),
  /** Sessions that it has. */
  load: z.number().int().min(0),
  /** Of its daemon, on its own loopback address: what it knows itself by. */
  port: z.number().int().min(1).max(65_535),
  /** Of its daemon, for links. */
  inbox: z.string().regex(/^[0-9a-f]{16}$/),
});
export type MachineEntry = z.infer<typeof entrySchema>;

export interface Listed extends MachineEntry {
  /** Milliseconds since it was last heard of, by Redis' clock. */
  silentMs: number;
  state: "there" | "away";
}

export interface Directory {
  /** Says that this machine is there; `anew` where it was not listed, or counted as gone. Rejects when Redis does not take it. */
  renew(entry: MachineEntry, run: number): Promise<"renewed" | "anew" | "replaced">;
  /** A number higher than that of every earlier run of this machine. */
  beginRun(machine: string): Promise<number>;
  /** From now on it counts as away. */
  depart(machine: string, run: number): Promise<void>;
  /** It is listed no more. */
  remove(machine: string): Promise<void>;
  list(): Promise<Listed[]>;
  find(machine: string): Promise<Listed | undefined>;
}

const NOW = `
local t = redis.call("TIME")
local now = t[1] * 1000 + math.floor(t[2] / 1000)
`;
/** KEYS: seen, entries, runs. ARGV: machine, entry, run, ms that one stays listed, machines that are listed, ms after which one is gone. */
const RENEW = script(`${NOW}
local run = tonumber(redis.call("HGET", KEYS[3], ARGV[1]) or "0")
if run > tonumber(ARGV[3]) then return 0 end
local before = redis.call("ZSCORE", KEYS[1], ARGV[1])
redis.call("HSET", KEYS[3], ARGV[1], ARGV[3])
redis.call("ZADD", KEYS[1], now, ARGV[1])
redis.call("HSET", KEYS[2], ARGV[1], ARGV[2])
local old = redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", now - ARGV[4], "LIMIT", 0, 100)
local surplus = redis.call("ZCARD", KEYS[1]) - ARGV[5]
if surplus > 0 then
  for _, id in ipairs(redis.call("ZRANGE", KEYS[1], 0, math.min(surplus, 100) - 1)) do table.insert(old, id) end
end
for _, id in ipairs(old) do
  if id ~= ARGV[1] then
    redis.call("ZREM", KEYS[1], id)
    redis.call("HDEL", KEYS[2], id)
  end
end
if not before or now - before >= tonumber(ARGV[6]) then return 2 end
return 1`);
const BEGIN = script('return redis.call("HINCRBY", KEYS[1], ARGV[1], 1)');
/** KEYS: seen, runs. ARGV: machine, run, ms of silence after which one is gone. */
const DEPART = script(`${NOW}
if (redis.call("HGET", KEYS[2], ARGV[1]) or "0") ~= ARGV[2] then return 0 end
redis.call("ZADD", KEYS[1], "XX", now - ARGV[3], ARGV[1])
return 1`);
/** Characters of a sealed entry. What is longer nobody of the cluster wrote: it is left in Redis, which a stranger may have filled. */
const MAX_ENTRY_CHARS = 4_096;
const ENTRY = `
local function entry(id)
  if redis.call("HSTRLEN", KEYS[2], id) > ${MAX_ENTRY_CHARS} then return "" end
  return redis.call("HGET", KEYS[2], id) or ""
end
`;
/** KEYS: seen, entries. ARGV: machines at most. Gives the time, then id, when it was seen and entry, each. An id has 16 characters. */
const LIST = script(`${NOW}${ENTRY}
local found = redis.call("ZREVRANGE", KEYS[1], 0, ARGV[1] - 1, "WITHSCORES")
local all = { tostring(now) }
for at = 1, #found, 2 do
  if #found[at] == 16 then
    table.insert(all, found[at])
    table.insert(all, found[at + 1])
    table.insert(all, entry(found[at]))
  end
end
return all`);
const FIND = script(`${NOW}${ENTRY}
local seen = redis.call("ZSCORE", KEYS[1], ARGV[1])
if not seen then return {} end
return { tostring(now), ARGV[1], seen, entry(ARGV[1]) }`);

/** `sealer`: entries that no member of the cluster wrote are not listed. */
export function openDirectory(bus: Bus, prefix: string, sealer: Sealer): Directory {
  const [seen, entries, runs] = [`${prefix}:seen`, `${prefix}:machines`, `${prefix}:runs`];
  const read = (reply: unknown): Listed[] => {
    const [now, ...rest] = Array.isArray(reply) ? reply.map(String) : [];
    const listed: Listed[] = [];
    for (let at = 0; at + 2 < rest.length; at += 3) {
      const opened = sealer.open(rest[at + 2] ?? "");
      const entry = opened === undefined ? undefined : parseJson(entrySchema, opened);
      // One entry under another's id is a copy that somebody made.
      if (entry?.ok !== true || entry.value.id !== rest[at]) continue;
      const silentMs = Math.max(0, Number(now) - Number(rest[at + 1]));
      if (silentMs > LISTED_MS) continue;
      listed.push({ ...entry.value, silentMs, state: silentMs < GONE_MS ? "there" : "away" });
    }
    return listed;
  };
  return {
    async renew(entry, run) {
      const limits = [LISTED_MS, MAX_MACHINES, GONE_MS].map(String);
      const args = [entry.id, sealer.seal(JSON.stringify(entry)), String(run), ...limits];
      const outcome = Number(await bus.run(RENEW, [seen, entries, runs], args));
      return outcome === 0 ? "replaced" : outcome === 2 ? "anew" : "renewed";
    },
    beginRun: async (machine) => Number(await bus.run(BEGIN, [runs], [machine])),
    depart: async (machine, run) => void (await bus.run(DEPART, [seen, runs], [machine, String(run), String(GONE_MS)])),
    async remove(machine) {
      await bus.send(seen, ["ZREM", seen, machine]);
      await bus.send(entries, ["HDEL", entries, machine]);
    },
    list: async () => read(await bus.run(LIST, [seen, entries], [String(MAX_MACHINES)])),
    find: async (machine) => read(await bus.run(FIND, [seen, entries], [machine]))[0],
  };
}

/** Keeps one machine listed, and says how long it has been sure of that. */
export interface Presence {
  /** Whether, at this moment, no other machine can have taken this one for gone. */
  isSure(): boolean;
  /** Why it is not announced; undefined while it is. */
  problem(): string | undefined;
  leave(): Promise<void>;
}

export interface PresenceOptions {
  bus: Bus;
  directory: Directory;
  entry: () => MachineEntry;
  steady: () => number;
  /** After each time that it was announced; `anew` when others may have taken it for gone before. It is not sure before this has resolved. */
  onRenewed: (anew: boolean) => Promise<void>;
  onProblem: (reason: string) => void;
  renewMs?: number;
}

export function keepPresence(options: PresenceOptions): Presence {
  const { bus, directory, entry, steady, renewMs = RENEW_MS } = options;
  let run: number | undefined;
  let sureUntil = 0;
  let problem: string | undefined = "it is not announced yet";
  let over = false;
  let busy = false;
  const fail = (reason: string) => {
    if (problem !== reason) options.onProblem(reason);
    problem = reason;
  };
  const renew = async () => {
    if (over || busy || !bus.state().up) return;
    busy = true;
    try {
      run ??= await directory.beginRun(entry().id);
      const asked = steady();
      const outcome = await directory.renew(entry(), run);
      if (outcome === "replaced") {
        // A copy of this home, or a later run of it, is the machine now.
        fail("another process announces itself as this machine");
        return;
      }
      problem = undefined;
      await options.onRenewed(outcome === "anew" || asked > sureUntil);
      sureUntil = asked + GONE_MS - MARGIN_MS;
    } catch (error) {
      fail(reasonOf(error));
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(renew, renewMs);
  const off = bus.onState((state) => (state.up ? void renew() : fail(state.reason)));
  void renew();
  return {
    isSure: () => steady() < sureUntil,
    problem: () => problem,
    async leave() {
      over = true;
      clearInterval(timer);
      off();
      if (run !== undefined && bus.state().up) await directory.depart(entry().id, run).catch(() => {});
    },
  };
}
