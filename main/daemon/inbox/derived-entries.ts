/** The entries that other parts of the daemon hold: kept writes without an outcome, servers that want a sign-in, changed descriptions. */
import { failed, ok } from "../../../shared/protocol/fault.ts";
import type { InboxEntry } from "../../../shared/protocol/inbox-api.ts";
import { undecided } from "../../../shared/protocol/outbox-api.ts";
import { redactValue } from "../../../shared/text/redact.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { Entry } from "../outbox/outbox-store.ts";
import type { UpstreamServers } from "../upstream/upstream-servers.ts";
import type { Derived } from "./inbox.ts";

export interface DerivedOptions {
  outbox: () => Pick<Outbox, "list" | "counts" | "retry" | "discard">;
  servers: Pick<UpstreamServers, "view" | "accept">;
  secrets: () => readonly string[];
  now?: () => number;
}

/** What a person has to decide of them is what `Outbox` asks for. */
const UNDECIDED: readonly Entry["state"][] = ["dead", "unknown", "held"];
/** The rest is in the outbox's own page. */
const MAX_WRITES = 50;
const MAX_ARGS_CHARS = 64_000;
const MAX_TOOLS_NAMED = 20;

export function createDerived({ outbox, servers, secrets, now = Date.now }: DerivedOptions): Derived {
  /** Since when each is seen; nobody keeps that elsewhere. */
  const since = new Map<string, string>();
  const seen = (id: string): string => {
    const known = since.get(id) ?? new Date(now()).toISOString();
    since.set(id, known);
    return known;
  };

  const undecidedWrites = () => (undecided(outbox().counts()) === 0 ? [] : outbox().list());
  const writes = (): InboxEntry[] =>
    undecidedWrites()
      .filter(({ state }) => UNDECIDED.includes(state))
      .slice(0, MAX_WRITES)
      .map((entry) => ({
        id: `outbox-${entry.id}`,
        kind: "outbox",
        session: entry.session,
        from: entry.server,
        server: entry.server,
        tool: entry.tool,
        text: textOf(entry),
        args: toldArgs(entry.params.arguments, secrets()),
        created_at: new Date(entry.createdAt).toISOString(),
        decisions: ["once", "refuse"],
      }));

  const ofServers = (): InboxEntry[] =>
    servers.view().servers.flatMap((server): InboxEntry[] => {
      const { name } = server;
      if (server.state === "disabled") return [];
      const wanted: InboxEntry[] = [];
      if (server.sign_in === true) {
        wanted.push({
          id: `sign-in-${name}`,
          kind: "sign-in",
          from: name,
          server: name,
          text: `“${name}” answers only after you have signed in.`,
          created_at: seen(`sign-in-${name}`),
          answer_at: "settings",
        });
      }
      const tools = server.tools.filter(({ changed }) => changed === true).map((tool) => tool.name);
      if (tools.length > 0) {
        const named = tools.slice(0, MAX_TOOLS_NAMED).join(", ");
        const more = tools.length > MAX_TOOLS_NAMED ? ` and ${tools.length - MAX_TOOLS_NAMED} more` : "";
        wanted.push({
          id: `changed-${name}`,
          kind: "changed-tools",
          from: name,
          server: name,
          text: `“${name}” describes ${tools.length === 1 ? "a tool" : `${tools.length} tools`} in other words than you accepted: ${named}${more}.`,
          created_at: seen(`changed-${name}`),
          decisions: ["once"],
        });
      }
      return wanted;
    });

  return {
    list() {
      const all = [...writes(), ...ofServers()];
      const ids = new Set(all.map(({ id }) => id));
      for (const id of since.keys()) if (!ids.has(id)) since.delete(id);
      return all;
    },
    decide({ id, kind, server }, decision) {
      if (kind === "changed-tools" && server !== undefined && servers.accept(server)) return ok(undefined);
      if (kind === "outbox") {
        const number = Number(id.slice("outbox-".length));
        if (decision === "refuse" ? outbox().discard(number) : outbox().retry(number)) return ok(undefined);
      }
      return failed("no-such-entry", "This does not wait any more.");
    },
  };
}

function textOf({ state, server, tool, reason }: Entry): string {
  const why = reason === undefined ? "" : ` (${reason})`;
  if (state === "unknown") return `Whether “${server}” carried out “${tool}” is not known${why}. Send it again?`;
  if (state === "held") return `“${tool}” of “${server}” is held back${why}. Send it?`;
  return `“${server}” did not accept “${tool}”${why}. Send it again?`;
}

function toldArgs(args: unknown, secrets: readonly string[]): unknown {
  const told = redactValue(args ?? {}, secrets);
  const text = JSON.stringify(told);
  return text.length <= MAX_ARGS_CHARS ? told : `${text.slice(0, MAX_ARGS_CHARS)}…`;
}
