/**
 * Programs that are connected to other machines, as servers of this machine's agents. A mark in Redis says which machine has some
 * and changes with their list; the list and each call go through a link to that machine's daemon, and to nobody else.
 */
import { randomBytes } from "node:crypto";
import { type ClientOffer, clientOffersSchema, offeredLineSchema } from "../../../shared/protocol/client-offers.ts";
import { parseExactJson } from "../../../shared/protocol/schema.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { Listed } from "../../cluster/directory.ts";
import type { MachineReaches } from "../../cluster/machine-reaches.ts";
import type { Cluster } from "../../cluster/open-cluster.ts";
import type { Log } from "../../home/create-log.ts";
import { ask } from "../../wire/reach.ts";
import type { OpenLink } from "../upstream/connection/link.ts";
import type { AskingSession, Server } from "../upstream/open-server.ts";
import type { ServerSource } from "../upstream/server-source.ts";
import type { ClientConnection, Task, TaskFault, TaskHandle, TaskHandlers } from "./client-connection.ts";
import { type ClientMember, createClientLink } from "./client-link.ts";
import type { ClientRoom } from "./client-room.ts";
import { freeName, slug } from "./server-name.ts";

export interface FarClients {
  /** They as servers of agents. */
  source: ServerSource;
  /** Whether this is one of theirs, and not of a client that is connected here. */
  has(id: string): boolean;
  open(id: string, session: AskingSession | undefined): OpenLink;
  /** Says to the others again which clients are connected here. Rejects when Redis is away. */
  announce(): Promise<void>;
  dispose(): Promise<void>;
}

export interface FarClientsOptions {
  cluster: Pick<Cluster, "machine" | "bus" | "directory" | "offers" | "memberToken">;
  reaches: MachineReaches;
  room: Pick<ClientRoom, "source" | "offers" | "list">;
  log: Log;
}

const LOOK_MS = 2_000;
const LIST_MS = 10_000;
const MAX_LIST_BYTES = 64 * 1024 * 1024;
const MAX_LINE_CHARS = 128 * 1024 * 1024;
/** The other machine says at least every 10 s that the call still runs. */
const SILENT_MS = 30_000;
const AWAY = "the tool was not carried out";

interface Member extends ClientMember {
  offer: ClientOffer;
  told: string;
}

/** One machine's clients, by their ids there. */
interface Machine {
  mark: string;
  name: string;
  members: Map<string, Member>;
}

export function createFarClients({ cluster, reaches, room, log }: FarClientsOptions): FarClients {
  const self = cluster.machine.id;
  const machines = new Map<string, Machine>();
  const listeners = new Set<() => void>();
  let disposed = false;

  let mark: string | undefined;
  let offered = "[]";
  async function announce(): Promise<void> {
    await cluster.offers.mark(self, mark);
  }
  room.source.onChange(() => {
    const now = JSON.stringify(room.offers());
    if (now === offered) return;
    offered = now;
    mark = now === "[]" ? undefined : randomBytes(6).toString("hex");
    // Where Redis is away it is said once it is back.
    announce().catch(() => {});
  });

  function tell(member: Member): boolean {
    const listed = member.connection === undefined ? "[]" : JSON.stringify(member.tools);
    if (listed === member.told) return false;
    member.told = listed;
    const message = { jsonrpc: "2.0" as const, method: "notifications/tools/list_changed" };
    for (const link of [...member.links]) link.message(message, undefined);
    return true;
  }
  const changed = () => {
    for (const listener of listeners) listener();
  };

  /** None of its clients can be called now. */
  function lose(machine: Machine, why: string): void {
    let any = false;
    for (const member of machine.members.values()) {
      member.connection = undefined;
      member.why = () => why;
      any = tell(member) || any;
    }
    machine.mark = "";
    if (any) changed();
  }

  async function fetchList(id: string, mark: string): Promise<void> {
    const at = await cluster.directory.find(id);
    const before = machines.get(id);
    if (at?.state !== "there") {
      if (before !== undefined) lose(before, `is on ${oneLine(at?.name ?? "a machine", 64)}, which is away`);
      // Long gone: nobody else takes its mark out.
      if (at === undefined) await cluster.offers.mark(id, undefined);
      return;
    }
    const answer = await ask(reaches.to(at), "/client-offers", {
      headers: { authorization: `Bearer ${cluster.memberToken(id)}` },
      signal: AbortSignal.timeout(LIST_MS),
    });
    const read = answer.ok ? parseExactJson(clientOffersSchema, await readText(answer)) : undefined;
    if (read?.ok !== true) throw new Error("its list of clients cannot be read");
    take(at, mark, read.value.clients);
  }

  function take(at: Listed, mark: string, clients: readonly ClientOffer[]): void {
    const machine = machines.get(at.id) ?? { mark, name: at.name, members: new Map<string, Member>() };
    machines.set(at.id, machine);
    machine.mark = mark;
    machine.name = at.name;
    for (const offer of clients) {
      const member: Member = machine.members.get(offer.id) ?? {
        offer,
        token: () => member.offer,
        connection: undefined,
        tools: [],
        told: "[]",
        links: new Set(),
      };
      machine.members.set(offer.id, member);
      member.offer = offer;
      member.tools = offer.tools;
      member.connection = connectionTo(at, member);
      member.why = undefined;
      tell(member);
    }
    for (const [id, member] of machine.members) {
      if (clients.some((client) => client.id === id)) continue;
      member.connection = undefined;
      tell(member);
      // Whoever has a link to it is told why; nobody begins another.
      if (member.links.size === 0) machine.members.delete(id);
    }
    changed();
  }

  function connectionTo(at: Listed, member: Member): ClientConnection {
    return {
      tools: () => member.tools,
      introduced: () => member.offer,
      run: (task, handlers) => call(at, member.offer.id, task, handlers),
      // It is another machine's client.
      close() {},
    };
  }

  function call(at: Listed, client: string, { tool, args, session }: Task, handlers: TaskHandlers): TaskHandle {
    const ended = new AbortController();
    let over = false;
    const finish: TaskHandlers["end"] = (how) => {
      if (over) return;
      over = true;
      ended.abort();
      handlers.end(how);
    };
    const failed = (code: TaskFault, message: string) => finish({ ok: false, code, message });
    const state = cluster.bus.state();
    const where = `on ${oneLine(at.name, 64)}`;
    if (!state.up) {
      queueMicrotask(() => failed("no-client", `the client is ${where}: ${state.reason}; ${AWAY}`));
      return {
        cancel() {
          over = true;
        },
      };
    }
    const send = async () => {
      const answer = await ask(reaches.to(at), `/client-offers/${encodeURIComponent(client)}/call`, {
        method: "POST",
        headers: { authorization: `Bearer ${cluster.memberToken(at.id)}`, "content-type": "application/json" },
        body: JSON.stringify({ tool: String(tool.name), args, session }),
        signal: ended.signal,
      });
      if (!answer.ok) return failed("client-left", `its machine refused (status ${answer.status}); ${AWAY}`);
      for await (const line of linesOf(answer, ended)) {
        const read = parseExactJson(offeredLineSchema, line);
        if (!read.ok) throw new Error("what its machine says cannot be read");
        if ("progress" in read.value) handlers.progress(read.value.progress);
        else return finish(read.value.end as Parameters<TaskHandlers["end"]>[0]);
      }
      throw new Error("its machine ended the connection");
    };
    send().catch((error: unknown) => {
      const lost = `the way to the client ${where} was lost during the call (${oneLine(reasonOf(error), 160)})`;
      failed("client-left", `${lost}; whether the tool was carried out is unknown`);
    });
    return {
      cancel() {
        over = true;
        ended.abort();
      },
    };
  }

  let looking = false;
  async function look(): Promise<void> {
    const state = cluster.bus.state();
    if (looking || disposed) return;
    looking = true;
    try {
      if (!state.up) {
        for (const machine of machines.values()) lose(machine, `is on ${oneLine(machine.name, 64)}: ${state.reason}`);
        return;
      }
      const marks = await cluster.offers.list();
      marks.delete(self);
      for (const [id, machine] of machines) {
        if (!marks.has(id) && machine.mark !== "") take(await entryOf(id, machine), "", []);
      }
      for (const [id, mark] of marks) {
        const known = machines.get(id);
        if (known?.mark === mark && (await isThere(id))) continue;
        await fetchList(id, mark).catch((error: unknown) => {
          const why = oneLine(reasonOf(error), 160);
          if (known !== undefined) lose(known, `is on ${oneLine(known.name, 64)}, which can't be reached: ${why}`);
          log.warn({ machine: id, reason: why }, "the clients of another machine are not known");
        });
      }
    } catch {
      // Redis went; the next look says so.
    } finally {
      looking = false;
    }
  }
  const isThere = async (id: string) => (await cluster.directory.find(id))?.state === "there";
  const entryOf = async (id: string, { name }: Machine): Promise<Listed> =>
    (await cluster.directory.find(id)) ?? ({ id, name } as Listed);
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  const off = cluster.bus.onState((state) => {
    if (state.up) announce().catch(() => {});
    void look();
  });

  const memberOf = (shown: string): Member | undefined => {
    const cut = shown.indexOf(".");
    return machines.get(shown.slice(0, cut))?.members.get(shown.slice(cut + 1));
  };
  /** Each by its name on its own machine, and by that machine. */
  function list(taken: ReadonlySet<string>): Server[] {
    const used = new Set([...taken, ...room.list().map(({ server }) => server)]);
    return [...machines].flatMap(([id, machine]) =>
      Array.from(machine.members, ([client, { offer }]) => {
        const name = freeName(`${slug(offer.server)}-${slug(machine.name)}`, used);
        used.add(name);
        return { name, transport: "client" as const, config: { command: "" }, client: `${id}.${client}` };
      }),
    );
  }

  return {
    source: {
      list,
      onChange: (listener) => void listeners.add(listener),
      isFor(server, session) {
        const sessions = memberOf(server.client ?? "")?.offer.sessions ?? [];
        return sessions === "all" || sessions.includes(session);
      },
      away(tool, session) {
        for (const { name, client = "" } of list(new Set())) {
          const member = memberOf(client);
          if (member === undefined || member.connection !== undefined) continue;
          const { sessions } = member.offer;
          const definition = member.tools.find((one) => one.name === tool);
          if (definition !== undefined && (sessions === "all" || sessions.includes(session)))
            return { server: name, tool, definition };
        }
        return undefined;
      },
    },
    has: (id) => id.includes("."),
    open: (id, session) => (handlers) => {
      const gone: ClientMember = { token: () => undefined, connection: undefined, tools: [], links: new Set() };
      return createClientLink(memberOf(id) ?? gone, session, handlers);
    },
    announce,
    async dispose() {
      disposed = true;
      clearInterval(timer);
      off();
      if (mark !== undefined && cluster.bus.state().up) await cluster.offers.mark(self, undefined).catch(() => {});
    },
  };
}

async function readText(answer: Response): Promise<string> {
  const text = await answer.text();
  if (text.length > MAX_LIST_BYTES) throw new Error("its list of clients is too large");
  return text;
}

/** The lines that say something. Whoever says nothing for long is given up. */
async function* linesOf(answer: Response, ended: AbortController): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  const silent = () => ended.abort(new Error("its machine says nothing"));
  let timer = setTimeout(silent, SILENT_MS);
  try {
    for await (const piece of answer.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(silent, SILENT_MS);
      rest += decoder.decode(piece, { stream: true });
      if (rest.length > MAX_LINE_CHARS) throw new Error("its answer is too large");
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield line;
    }
  } finally {
    clearTimeout(timer);
  }
}
