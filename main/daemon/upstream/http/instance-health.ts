/** Which instances of servers cannot be reached now: told by connections that lost them, and looked after until each is back. */
import type { LinkFault } from "../connection/link.ts";

/** Between looks at an instance that is away. */
const LOOK_MS = 10_000;

export interface InstanceHealth {
  /** A connection could not reach this instance, or (without a fault) did. */
  heard(server: string, instance: number, fault: LinkFault | undefined): void;
  /** Why each that is away is away, by its index. */
  away(server: string): ReadonlyMap<number, string>;
  /** The servers may be others now. */
  forget(): void;
  dispose(): void;
}

export interface InstanceHealthOptions {
  /** Whether it answers now; never rejects. */
  reachable: (server: string, instance: number) => Promise<boolean>;
  onChange: () => void;
  lookMs?: number | undefined;
}

export function createInstanceHealth({ reachable, onChange, lookMs = LOOK_MS }: InstanceHealthOptions): InstanceHealth {
  const servers = new Map<string, Map<number, string>>();
  let timer: NodeJS.Timeout | undefined;

  const heard: InstanceHealth["heard"] = (server, instance, fault) => {
    const away = servers.get(server) ?? new Map<number, string>();
    if (away.get(instance) === fault?.reason) return;
    if (fault === undefined) away.delete(instance);
    else away.set(instance, fault.reason);
    if (away.size > 0) servers.set(server, away);
    else servers.delete(server);
    if (servers.size === 0) stop();
    else timer ??= setInterval(look, lookMs);
    onChange();
  };
  const look = async () => {
    for (const [server, away] of [...servers]) {
      for (const [instance] of [...away]) {
        if ((await reachable(server, instance)) && servers.get(server) === away) heard(server, instance, undefined);
      }
    }
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    heard,
    away: (server) => servers.get(server) ?? new Map(),
    forget() {
      servers.clear();
      stop();
    },
    dispose: stop,
  };
}
