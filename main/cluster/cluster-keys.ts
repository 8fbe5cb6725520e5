/** Derives from the cluster's key what each use needs: names in Redis, the link's pre-shared key, the seal of records. */
import { hkdfSync } from "node:crypto";
import { createSealer, type Sealer } from "../home/sealer.ts";

export interface ClusterKeys {
  /** Names the cluster in Redis; leads to nothing. */
  readonly id: string;
  /** For TLS between machines. */
  readonly psk: Buffer;
  /** What a machine's daemon asks of who speaks to it over the link, beside TLS. */
  memberToken(machine: string): string;
  /** For what lies in Redis, by what it is, so that one entry cannot stand for another. */
  sealer(purpose: string): Sealer;
}

export function clusterKeys(key: string): ClusterKeys {
  const derive = (purpose: string, bytes: number) =>
    Buffer.from(hkdfSync("sha256", Buffer.from(key, "hex"), "", `signalbox cluster ${purpose}`, bytes));
  return {
    id: derive("id", 8).toString("hex"),
    psk: derive("link", 32),
    memberToken: (machine) => derive(`member ${machine}`, 32).toString("hex"),
    sealer: (purpose) => createSealer(key, `cluster ${purpose}`),
  };
}
