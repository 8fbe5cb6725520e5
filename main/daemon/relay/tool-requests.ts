/** `tools/list` and `tools/call` of one agent: one merged list, and the server that each name in it means. */
import type { RefusalCode } from "../../../shared/events/refusal.ts";
import { isObject, type JsonObject, notification, RPC, type RpcRequest } from "../rpc/message.ts";
import type { LateResults } from "../sessions/late-results.ts";
import { type Hidden, onlyReads } from "../settings/apply-rules.ts";
import type { Connection } from "../upstream/connection/connection.ts";
import type { AddressFirst } from "./address-first.ts";
import type { SessionStreams } from "./agent-streams.ts";
import type { AskFirst } from "./ask-first.ts";
import { asBuffered, type BufferedCalls } from "./buffered-calls.ts";
import type { Rescue } from "./forward.ts";
import { answerFromLate } from "./late-answer.ts";
import { madeName, wholeName } from "./made-names.ts";
import type { OpenRequests } from "./open-requests.ts";
import type { SessionServers } from "./session-servers.ts";
import type { ShownNames } from "./shown-names.ts";
import type { ToolMenu, ToolOwner } from "./tool-menu.ts";

/** Before a tool is called unknown, servers that are connecting get this long to list theirs. */
const UNKNOWN_WAIT_MS = 10_000;

export interface ToolRequests {
  list(request: RpcRequest): Promise<void>;
  call(request: RpcRequest): Promise<void>;
  /** The agent has listed them in an earlier run of the daemon: what was known then is what it has. */
  listedBefore(): void;
  /** The list may have changed: tells the agent when it did since it was last listed or told. */
  changed(): void;
  /** A page of this server's tools is shown: it calls them by the server's own names. */
  pageRead(server: string): void;
}

export interface ToolRequestsOptions {
  servers: () => SessionServers;
  requests: OpenRequests;
  streams: SessionStreams;
  shown: ShownNames;
  lateResults: LateResults;
  /** What hides a tool from this session now, or undefined. */
  hiddenBy: (tool: ToolOwner) => Hidden | undefined;
  /** Why a server is not part of this session: what is told of a call of its tool. */
  absent: (server: string) => Absent;
  /** The tool of this name that a server would have if it were there. */
  away?: (tool: string) => ToolOwner | undefined;
  buffered: BufferedCalls;
  /** Asks a person first where a rule wants that. */
  askFirst: AskFirst;
  /** Leads a person to the address that a server asks for first. */
  addressFirst: AddressFirst;
}

export interface Absent {
  code: RefusalCode;
  message: string;
}

export function createToolRequests(options: ToolRequestsOptions): ToolRequests {
  const { servers, requests, streams, shown, hiddenBy, buffered, askFirst } = options;
  let lastTools: string | undefined;
  /** Servers whose pages were read, the last one first. */
  let pages: string[] = [];

  /** The tool as its server describes it now, else as it was when it was shown. */
  const current = (owner: ToolOwner): ToolOwner => {
    for (const now of servers().lastMenu().owners.values()) {
      if (now.server === owner.server && now.tool === owner.tool) return now;
    }
    return owner;
  };
  const ownerOf = (name: string): ToolOwner | undefined => {
    const before = shown.of(name);
    if (before !== undefined) return current(before);
    const { owners } = servers().lastMenu();
    const listed = owners.get(name);
    if (listed !== undefined) return listed;
    const all = [...owners.values()];
    const made = all.find(({ server, tool }) => madeName(server, tool) === name || wholeName(server, tool) === name);
    if (made !== undefined) return made;
    // A page (MCP Apps) knows its server's own names, which may clash with another's.
    const page = pages.find((server) => all.some((item) => item.server === server && item.tool === name));
    return all.find((item) => item.server === page && item.tool === name);
  };
  /** A server that cannot list its tools may have one of this name all the same; with several such servers nobody knows whose it is. */
  const unlisted = (name: string): ToolOwner | undefined => {
    const mute = servers()
      .all()
      .map((server) => server.name)
      .filter((server) => servers().unlisted(server) !== undefined);
    const [only, second] = mute;
    const named = mute.find((server) => name.startsWith(wholeName(server, "")));
    if (named !== undefined) {
      const tool = name.slice(wholeName(named, "").length);
      return { server: named, tool, definition: { name: tool } };
    }
    return only === undefined || second !== undefined ? undefined : { server: only, tool: name, definition: { name } };
  };

  /** Names are given before tools are hidden, so that hiding one never renames another. */
  const visible = (menu: ToolMenu): JsonObject[] =>
    menu.tools.flatMap((tool) => {
      const owner = menu.owners.get(String(tool.name));
      if (owner === undefined || hiddenBy(owner) !== undefined) return [];
      return [buffered.holds(owner) ? asBuffered(tool) : tool];
    });

  /** What the same call had for a result after its agent had stopped waiting for it. */
  const lateAnswer = (owner: ToolOwner, params: JsonObject): Rescue | undefined => {
    const late = options.lateResults.take(owner.server, owner.tool, params.arguments, Date.now());
    return late === undefined ? undefined : answerFromLate(late);
  };

  /** It may be called. */
  const send = (request: RpcRequest, to: Connection, tool: ToolOwner, params: JsonObject) => {
    // Whoever wants a task wants its id, which nobody but the server can give.
    const asTask = isObject(request.params?.task);
    if (!asTask && buffered.holds(tool)) return buffered.call(request, to, tool, params);
    const known = asTask || !onlyReads(tool.definition) ? undefined : lateAnswer(tool, params);
    if (known !== undefined) return requests.divert(request, tool, params, () => known);
    requests.pass(request, to, {
      params,
      tool,
      elsewhere: options.addressFirst.call(request, tool, params, (now) => send(request, now, tool, params)),
    });
  };

  return {
    async list(request) {
      const menu = await servers().menu();
      const [only, second] = servers().all();
      const fault = only === undefined ? undefined : servers().unlisted(only.name);
      if (menu.tools.length === 0 && second === undefined && only !== undefined && fault !== undefined) {
        return requests.refuse(request, RPC.upstream, `MCP server “${only.name}” ${fault.reason}`);
      }
      shown.show(menu);
      const tools = visible(menu);
      lastTools = JSON.stringify(tools);
      requests.answer(request, { tools });
    },
    async call(request) {
      const name = request.params?.name;
      if (typeof name !== "string") {
        const message = "tools/call needs a tool's name.";
        return requests.refuseCall(request, { code: "refused-malformed", message }, message);
      }
      let owner = ownerOf(name);
      if (owner === undefined) {
        await servers().menu(UNKNOWN_WAIT_MS);
        owner = ownerOf(name) ?? options.away?.(name) ?? unlisted(name);
      }
      const unknown = `Unknown tool: ${name}`;
      if (owner === undefined) {
        const message = `No server of this session has a tool “${name}”.`;
        return requests.refuseCall(request, { code: "refused-unknown-tool", message }, unknown);
      }
      const to = servers().get(owner.server);
      if (to === undefined) return requests.refuseCall(request, options.absent(owner.server), unknown, owner);
      const hidden = hiddenBy(owner);
      if (hidden !== undefined) {
        const message = `Tool ${name} is not available: ${hidden.reason}.`;
        return requests.refuseCall(request, { code: hidden.code, message }, message, owner);
      }
      const tool = owner;
      const params = { ...request.params, name: tool.tool };
      askFirst(request, to, tool, params, (now) => send(request, now, tool, params));
    },
    listedBefore() {
      const menu = servers().lastMenu();
      shown.show(menu);
      lastTools = JSON.stringify(visible(menu));
    },
    changed() {
      if (lastTools === undefined) return;
      const tools = JSON.stringify(visible(servers().lastMenu()));
      if (tools === lastTools) return;
      lastTools = tools;
      streams.send(notification("notifications/tools/list_changed"));
    },
    pageRead(server) {
      pages = [server, ...pages.filter((other) => other !== server)];
    },
  };
}
