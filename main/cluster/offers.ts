/** Which machines have client tools for agents of others: a mark each in Redis, another one after each change of its list. */
import type { Sealer } from "../home/sealer.ts";
import type { Bus } from "./redis-bus.ts";

export interface Offers {
  /** `undefined`: that machine has none any more. */
  mark(machine: string, mark: string | undefined): Promise<void>;
  /** Marks by machine; those that no member of the cluster wrote are left out. */
  list(): Promise<Map<string, string>>;
}

export function openOffers(bus: Bus, prefix: string, sealer: Sealer): Offers {
  const key = `${prefix}:offers`;
  return {
    async mark(machine, mark) {
      if (mark === undefined) await bus.send(key, ["HDEL", key, machine]);
      else await bus.send(key, ["HSET", key, machine, sealer.seal(`${machine} ${mark}`)]);
    },
    async list() {
      const reply = await bus.send(key, ["HGETALL", key]);
      // A list of names and values, or a map of them, as the version of Redis' protocol has it.
      const fields = (Array.isArray(reply) ? reply : [...Object.entries(Object(reply))].flat()).map(String);
      const marks = new Map<string, string>();
      for (let at = 0; at + 1 < fields.length; at += 2) {
        const [machine, mark] = sealer.open(fields[at + 1] ?? "")?.split(" ") ?? [];
        if (machine !== undefined && mark !== undefined && machine === fields[at]) marks.set(machine, mark);
      }
      return marks;
    },
  };
}
