/** One look at a server: connect, list what it offers, disconnect. */
import { VERSION } from "../../../home/version.ts";
import { errorOf, type JsonObject, RPC, resultOf } from "../../rpc/message.ts";
import { CONNECT_TIMEOUT_MS } from "../connection/connection.ts";
import { LATEST_REVISION, listAll, listTools, shakeHands } from "../connection/handshake.ts";
import type { LinkFault } from "../connection/link.ts";
import { createPeer, type Peer } from "../connection/peer.ts";
import type { OpenServer, Server } from "../open-server.ts";
import { type Known, OTHER_LIST_NAMES, OTHER_LISTS, type OtherList } from "./known.ts";

export type ProbeOutcome =
  | { ok: true; known: Known; latencyMs: number; leftOut: string | undefined }
  | { ok: false; fault: LinkFault };

export interface ProbeOptions {
  open: OpenServer;
  /** Ends the probe early; it then fails. */
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Lists prompts and resources as well. */
  whole?: boolean;
}

/** Prompts and resources that take longer are learnt when an agent asks for them. */
const OTHERS_MS = 5_000;

/** Time from the start to the tool list is the latency. Whatever was started has ended when this resolves; it never rejects. */
export async function probeServer(server: Server, options: ProbeOptions): Promise<ProbeOutcome> {
  const { open, signal, timeoutMs = CONNECT_TIMEOUT_MS } = options;
  const startedAt = performance.now();
  const peer = createPeer(open(server), {
    request: (message) =>
      peer.answer(
        message.method === "ping"
          ? resultOf(message.id, {})
          : errorOf(message.id, RPC.methodNotFound, `${message.method} is not offered here`),
      ),
    notification() {},
    closed() {},
  });
  const abort = () => void peer.close();
  if (signal?.aborted === true) return { ok: false, fault: { reason: "was not looked at: the daemon ends" } };
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const client = {
      protocolVersion: LATEST_REVISION,
      capabilities: {},
      clientInfo: { name: "signalbox", version: VERSION },
    };
    const hands = await shakeHands(peer, client, timeoutMs);
    if (!hands.ok) return hands;
    const listed = await listTools(peer, hands.server, timeoutMs);
    if (!listed.ok) return listed;
    const latencyMs = Math.round(performance.now() - startedAt);
    const others = options.whole === true ? await listOthers(peer, hands.server.capabilities) : {};
    const known = { ...others, server: hands.server, tools: listed.tools };
    return { ok: true, known, latencyMs, leftOut: listed.leftOut };
  } finally {
    signal?.removeEventListener("abort", abort);
    await peer.close();
  }
}

async function listOthers(peer: Peer, capabilities: JsonObject): Promise<Partial<Record<OtherList, JsonObject[]>>> {
  const offered = OTHER_LIST_NAMES.filter((list) => capabilities[OTHER_LISTS[list].capability] !== undefined);
  const lists = await Promise.all(
    offered.map(async (list) => {
      const answer = await listAll(peer, OTHER_LISTS[list].method, list, OTHERS_MS);
      return answer.ok ? [[list, answer.items] as const] : [];
    }),
  );
  return Object.fromEntries(lists.flat());
}
