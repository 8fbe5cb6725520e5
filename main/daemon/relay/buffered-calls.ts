/** The calls of tools whose writes survive an outage: sent when they can be, kept when they cannot (see outbox/). */

import { randomUUID } from "node:crypto";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { decideDelivery, isRepeatable, stampKey } from "../outbox/decide-delivery.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { JsonObject, RpcRequest } from "../rpc/message.ts";
import type { Connection } from "../upstream/connection/connection.ts";
import type { LinkFault } from "../upstream/connection/link.ts";
import type { Rescue } from "./forward.ts";
import type { OpenRequests } from "./open-requests.ts";
import type { ToolOwner } from "./tool-menu.ts";

/** A write does not keep its agent waiting for longer: then it is kept. */
const CONNECT_MS = 10_000;
const ANSWER_MS = 60_000;

export interface BufferedCalls {
  /** Whether the settings mark this tool as such a write. */
  holds(tool: ToolOwner): boolean;
  call(request: RpcRequest, to: Connection, tool: ToolOwner, params: JsonObject): void;
}

export function createBufferedCalls(
  session: string,
  outbox: Outbox,
  requests: OpenRequests,
  holds: (tool: ToolOwner) => boolean,
): BufferedCalls {
  return {
    holds,
    call(request, to, tool, given) {
      // Before the first attempt, so that a repetition can be told from a second write.
      const { key, params } = stampKey(given, tool.definition, randomUUID());
      const repeatable = isRepeatable(tool.definition);
      const { definition } = to;
      const keep = (verdict: "queued" | "unknown", reason: string, call: string): Rescue => {
        const entry = { key, server: tool.server, tool: tool.tool, params, repeatable, session, call, definition };
        try {
          const own = outbox.keep(entry, verdict, reason);
          if (own.call !== call || own.session !== session) return keptBefore(tool, key);
        } catch (error) {
          return notKept(tool, reason, error);
        }
        return verdict === "queued" ? kept(tool, key, reason) : unknownOutcome(tool, key, reason);
      };
      if (outbox.holds(tool.server, tool.tool)) {
        requests.divert(request, tool, params, (call) => keep("queued", "earlier calls of this tool wait", call));
        return;
      }
      const rescue = (fault: LinkFault, call: string): Rescue | undefined => {
        const verdict = decideDelivery({ outcome: "lost", fault }, repeatable);
        if (verdict.next === "retry") return keep("queued", verdict.reason, call);
        return verdict.next === "unknown" ? keep("unknown", verdict.reason, call) : undefined;
      };
      requests.pass(request, to, { params, tool, rescue, connectMs: CONNECT_MS, timeoutMs: ANSWER_MS });
    },
  };
}

/** A tool whose calls may be answered by us promises no structure of its own answer. */
export function asBuffered(tool: JsonObject): JsonObject {
  const { outputSchema: _, ...rest } = tool;
  return rest;
}

const answer = (facts: JsonObject, isError = false): JsonObject => ({
  content: [{ type: "text", text: JSON.stringify(facts) }],
  structuredContent: facts,
  ...(isError && { isError }),
});

function kept(tool: ToolOwner, idempotencyKey: string, reason: string): Rescue {
  const note = `The server “${tool.server}” ${reason}. The call is kept on disk and will be delivered in order; do not repeat it.`;
  return {
    result: answer({ queued: true, tool: tool.tool, idempotencyKey, note }),
    end: { kind: "queued", reason },
  };
}

/** What becomes of it is told with the call that it was first kept for. */
function keptBefore(tool: ToolOwner, idempotencyKey: string): Rescue {
  const note = `A call of “${tool.tool}” with this key is kept already and will be delivered once; do not repeat it.`;
  const result = answer({ queued: true, tool: tool.tool, idempotencyKey, note });
  return { result, end: { kind: "finished", result } };
}

function unknownOutcome(tool: ToolOwner, idempotencyKey: string, reason: string): Rescue {
  const note = `The server “${tool.server}” ${reason}. It may have carried out the call; that is unknown. The call is kept until a person decides, and is not retried automatically.`;
  return {
    result: answer({ queued: false, outcome: "unknown", tool: tool.tool, idempotencyKey, note }, true),
    end: { kind: "failed", error: { code: "outcome-unknown", message: note } },
  };
}

/** The disk refused: nothing was kept, and nobody is told otherwise. */
function notKept(tool: ToolOwner, reason: string, error: unknown): Rescue {
  const why = reasonOf(error);
  const note = `The server “${tool.server}” ${reason}, and the call could not be kept: ${why}. It was not carried out.`;
  return {
    result: answer({ queued: false, tool: tool.tool, note }, true),
    end: { kind: "failed", error: { code: "not-kept", message: note } },
  };
}
