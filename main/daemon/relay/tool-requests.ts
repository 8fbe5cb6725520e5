/** Owns `tools/list` and `tools/call` of one agent: one merged list, and the server that each name in it means. */
import { isObject, type JsonObject, notification, RPC, type RpcRequest } from "../rpc/message.ts";
import type { AgentStreams } from "./agent-streams.ts";
import { asBuffered, type BufferedCalls } from "./buffered-calls.ts";
import type { OpenRequests } from "./open-requests.ts";
import type { SessionServers } from "./session-servers.ts";
import { prefixed, type ToolMenu, type ToolOwner } from "./tool-menu.ts";

/** Names that are remembered for an agent; a server that keeps inventing new ones gets no more room. */
const MAX_SHOWN = 10_000;

export interface ToolRequests {
  list(request: RpcRequest): Promise<void>;
  call(request: RpcRequest): Promise<void>;
  /** The agent has listed them in an earlier run of the daemon: what was known then is what it has. */
  listedBefore(): void;
  /** The list may have changed: tells the agent when it did since it was last listed or told. */
  changed(): void;
}

export interface ToolRequestsOptions {
  servers: () => SessionServers;
  requests: OpenRequests;
  streams: AgentStreams;
  /** Why a tool is hidden from this session now, or undefined. */
  hiddenBecause: (tool: ToolOwner) => string | undefined;
  buffered: BufferedCalls;
}

export function createToolRequests(options: ToolRequestsOptions): ToolRequests {
  const { servers, requests, streams, hiddenBecause, buffered } = options;
  /** Every name that this agent was ever shown keeps its meaning. */
  const shown = new Map<string, ToolOwner>();
  let lastTools: string | undefined;

  const ownerOf = (name: string): ToolOwner | undefined => {
    const { owners } = servers().lastMenu();
    const owner = owners.get(name) ?? shown.get(name);
    return owner ?? [...owners.values()].find((item) => prefixed(item.server, item.tool) === name);
  };

  /** Names are given before tools are hidden, so that hiding one never renames another. */
  const visible = (menu: ToolMenu): JsonObject[] =>
    menu.tools.flatMap((tool) => {
      const owner = menu.owners.get(String(tool.name));
      if (owner === undefined || hiddenBecause(owner) !== undefined) return [];
      return [buffered.holds(owner) ? asBuffered(tool) : tool];
    });

  return {
    async list(request) {
      const menu = await servers().menu();
      for (const [name, owner] of menu.owners) {
        if (!shown.has(name) && shown.size < MAX_SHOWN) shown.set(name, owner);
      }
      const tools = visible(menu);
      lastTools = JSON.stringify(tools);
      requests.answer(request, { tools });
    },
    async call(request) {
      const name = request.params?.name;
      if (typeof name !== "string")
        return requests.refuse(request, RPC.invalidParams, "tools/call needs a tool's name.");
      let owner = ownerOf(name);
      if (owner === undefined) {
        await servers().menu();
        owner = ownerOf(name);
      }
      const to = owner === undefined ? undefined : servers().get(owner.server);
      if (owner === undefined || to === undefined) {
        return requests.refuse(request, RPC.invalidParams, `Unknown tool: ${name}`);
      }
      const hidden = hiddenBecause(owner);
      if (hidden !== undefined) {
        return requests.refuse(request, RPC.invalidParams, `Tool ${name} is not available: ${hidden}.`);
      }
      const params = { ...request.params, name: owner.tool };
      // Whoever wants a task wants its id, which nobody but the server can give.
      if (isObject(request.params?.task) || !buffered.holds(owner))
        return requests.pass(request, to, { params, tool: owner });
      buffered.call(request, to, owner, params);
    },
    listedBefore() {
      lastTools = JSON.stringify(visible(servers().lastMenu()));
    },
    changed() {
      if (lastTools === undefined) return;
      const tools = JSON.stringify(visible(servers().lastMenu()));
      if (tools === lastTools) return;
      lastTools = tools;
      streams.send(notification("notifications/tools/list_changed"));
    },
  };
}
