/** Answers one request of the stateless revision: what the daemon says of itself, what an agent listens to, and all else by its session. */
import type { ServerResponse } from "node:http";
import { isObject, type JsonObject, type RpcReply, type RpcRequest, resultOf } from "../../rpc/message.ts";
import { MODERN_REVISION } from "../../rpc/modern.ts";
import type { SessionOf } from "../agent-session.ts";
import type { ModernClient } from "./classify-post.ts";
import { modernResult, statusOf } from "./modern-answers.ts";
import type { ModernStreams } from "./modern-streams.ts";

export function serveModern(
  agent: SessionOf<ModernStreams>,
  request: RpcRequest,
  client: ModernClient,
  response: ServerResponse,
): void {
  const { streams } = agent;
  if (request.method === "server/discover" || request.method === "subscriptions/listen") {
    void agent.describe().then((about) => {
      if (response.destroyed) return;
      if (request.method === "server/discover") {
        return answer(
          response,
          resultOf(request.id, modernResult(request.method, discovered(about), agent.identify())),
        );
      }
      agent.wake();
      const refusal = streams.listen(response, request, capabilitiesOf(about));
      if (refusal !== undefined) answer(response, refusal);
    });
    return;
  }
  const refusal = streams.take(response, request, client);
  if (refusal !== undefined) answer(response, refusal);
}

function discovered(about: JsonObject): JsonObject {
  const { instructions } = about;
  return {
    supportedVersions: [MODERN_REVISION],
    capabilities: capabilitiesOf(about),
    ...(instructions !== undefined && { instructions }),
  };
}

/** Tasks of the older revisions are another protocol than those of this one. */
function capabilitiesOf({ capabilities }: JsonObject): JsonObject {
  if (!isObject(capabilities)) return {};
  const { tasks: _, ...rest } = capabilities;
  return rest;
}

function answer(response: ServerResponse, reply: RpcReply): void {
  const body = JSON.stringify(reply);
  response.writeHead(statusOf(reply), {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}
