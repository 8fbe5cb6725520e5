/** On which machine a session is: a claim in Redis with a fencing number, which whoever takes the session over raises. */
import { parseJson, z } from "../../shared/protocol/schema.ts";
import { type Bus, script } from "./redis-bus.ts";

const placeSchema = z.object({ machine: z.string(), fence: z.number().int() });
export type Place = z.infer<typeof placeSchema>;

/** A claim that nobody renews ends with the records of its session. */
const KEPT_MS = 48 * 60 * 60_000;

export interface Places {
  /** `owner` is the hash of the session's token. */
  find(owner: string): Promise<Place | undefined>;
  /**
   * Claims it for `machine`, where it is nobody's or `from`'s still, and gives whose it is then. Exactly one of several that
   * claim the same gets it.
   */
  claim(owner: string, machine: string, from?: Place): Promise<Place>;
  /** Frees what is `machine`'s. */
  free(owner: string, machine: string): Promise<void>;
}

/** Characters of a claim. What is longer is none of ours, and stays in Redis. */
const MAX_CHARS = 256;
const HELD = `
local now = false
if redis.call("EXISTS", KEYS[1]) == 1 and redis.call("STRLEN", KEYS[1]) <= ${MAX_CHARS} then now = redis.call("GET", KEYS[1]) end
`;
/** KEYS: place. ARGV: ms. */
const FIND = script(`${HELD}
if now then redis.call("PEXPIRE", KEYS[1], ARGV[1]) end
return now`);
/** KEYS: place. ARGV: machine, fence that is replaced (0: nobody's), ms. */
const CLAIM = script(`${HELD}
local held = now and cjson.decode(now) or nil
if held and held.machine ~= ARGV[1] and held.fence ~= tonumber(ARGV[2]) then return now end
local fence = held and held.fence or tonumber(ARGV[2])
if not held or held.machine ~= ARGV[1] then fence = fence + 1 end
local mine = '{"machine":"' .. ARGV[1] .. '","fence":' .. string.format("%d", fence) .. '}'
redis.call("SET", KEYS[1], mine, "PX", ARGV[3])
return mine`);
const FREE = script(`${HELD}
if now and cjson.decode(now).machine == ARGV[1] then redis.call("DEL", KEYS[1]) end
return 0`);

export function openPlaces(bus: Bus, prefix: string): Places {
  const keyOf = (owner: string) => `${prefix}:place:${owner}`;
  const read = (reply: unknown): Place | undefined => {
    const place = typeof reply === "string" ? parseJson(placeSchema, reply) : undefined;
    return place?.ok === true ? place.value : undefined;
  };
  return {
    find: async (owner) => read(await bus.run(FIND, [keyOf(owner)], [String(KEPT_MS)])),
    async claim(owner, machine, from) {
      const place = read(await bus.run(CLAIM, [keyOf(owner)], [machine, String(from?.fence ?? 0), String(KEPT_MS)]));
      if (place === undefined) throw new Error("what Redis holds of this session cannot be read");
      return place;
    },
    free: async (owner, machine) => void (await bus.run(FREE, [keyOf(owner)], [machine])),
  };
}
