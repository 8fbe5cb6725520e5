/** The routes of history: search over all sessions, and the export of one. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { LogEntry } from "../../../shared/events/tool-event.ts";
import { failed, fault, ok, type Result } from "../../../shared/protocol/fault.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { networkReason } from "../discovery/probe-health.ts";
import { callSnippet, callTotals } from "../history/call-sums.ts";
import { exportReplay } from "../history/export-replay.ts";
import { EXPORT_FORMATS, type ExportFormat, exportCast, exportJsonl, exportTrace } from "../history/export-session.ts";
import { partsOf, type ReadPart } from "../history/kept-parts.ts";
import { readEntries } from "../history/read-entries.ts";
import type { Journal } from "../journal/open-journal.ts";
import type { Connected } from "../link/connected.ts";
import { farPart, farRecording, withFolder } from "../link/far-files.ts";
import type { SessionRecord } from "../sessions/session-record.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { FIRST_SIZE } from "../sessions/start/start-session.ts";
import { answer, refuseWith } from "./answer.ts";
import { handlers } from "./router.ts";

const MAX_HITS = 1_000;
const MAX_SNIPPETS = 50;
const TYPES: Record<ExportFormat, string> = {
  jsonl: "application/x-ndjson; charset=utf-8",
  cast: "application/x-asciicast",
  trace: "application/json",
  html: "text/html; charset=utf-8",
};
const SUFFIX: Record<ExportFormat, string> = { jsonl: "jsonl", cast: "cast", trace: "trace.json", html: "html" };

export interface HistoryRoutesContext {
  journal: Pick<Journal, "search" | "read" | "calls">;
  sessions: Pick<Sessions, "get" | "far">;
  home: HomeFolder;
  /** Every value that must leave in no export, those of a session's own environment included. */
  secrets: (session?: SessionRecord) => string[];
}

export function historyRoutes(parts: HistoryRoutesContext) {
  /** With what another machine keeps of a session there; what cannot be fetched now is absent. */
  function readPart(record: SessionRecord): ReadPart {
    const far = parts.sessions.far(record.id);
    if (far?.ok !== true) return partsOf(record, parts.home.results);
    const { daemon, session } = far.value;
    return partsOf(record, parts.home.results, (name) => farPart(daemon, session, name).catch(() => undefined));
  }

  return handlers({
    "GET /api/v1/search": async (context) => {
      const limit = Math.min(Number(context.req.query("limit") ?? 50) || 50, MAX_HITS);
      const { q = "", session: only } = context.req.query();
      const found = await parts.journal.search(q, Math.max(1, Math.floor(limit)), only);
      const hits = await Promise.all(
        found.map(async ({ session, call }, at) => {
          const label = parts.sessions.get(session)?.record.label;
          if (label === undefined) return undefined;
          const snippet = at < MAX_SNIPPETS ? await callSnippet(parts.journal, session, call, q) : undefined;
          const more = snippet === undefined ? "" : `"snippet":${JSON.stringify(snippet)},`;
          // The text is JSON that the journal wrote itself.
          return `{"session":${JSON.stringify(session)},"label":${JSON.stringify(label)},${more}"call":${call}}`;
        }),
      );
      return context.body(`{"hits":[${hits.filter((hit) => hit !== undefined).join(",")}]}`, 200, {
        "content-type": "application/json",
      });
    },

    "GET /api/v1/sessions/:id/totals": async (context) => {
      const id = context.req.param("id");
      if (parts.sessions.get(id) === undefined) {
        return refuseWith(context, fault("no-such-session", `Session ${id.slice(0, 8)}… isn't on this computer.`));
      }
      return context.json(await callTotals(parts.journal, id));
    },

    "GET /api/v1/sessions/:id/parts/:name": async (context) => {
      const session = parts.sessions.get(context.req.param("id"));
      const bytes = session && (await readPart(session.record)(context.req.param("name")));
      if (bytes === undefined) {
        const far = session && parts.sessions.far(session.record.id);
        if (far?.ok === false) return answer(context, far);
        return refuseWith(context, fault("no-such-part", "This part of a result isn't kept any more."), 404);
      }
      // Whatever a tool called it: nothing here is ever run or drawn by its address.
      return context.body(new Uint8Array(bytes), 200, {
        "content-type": "application/octet-stream",
        "content-disposition": "attachment",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
      });
    },

    "GET /api/v1/sessions/:id/export": async (context) => {
      const id = context.req.param("id");
      const session = parts.sessions.get(id);
      if (session === undefined) {
        return refuseWith(context, fault("no-such-session", `Session ${id.slice(0, 8)}… isn't on this computer.`));
      }
      const asked = context.req.query("format") ?? "jsonl";
      const format = EXPORT_FORMATS.find((name) => name === asked);
      if (format === undefined) {
        return answer(
          context,
          failed(
            "unknown-format",
            `There is no export as “${oneLine(asked, 20)}”.`,
            `There are ${EXPORT_FORMATS.join(", ")}.`,
          ),
        );
      }
      const secrets = parts.secrets(session.record);
      const entries = readEntries(parts.journal, id);
      const made = await exportAs(format, session.record, entries, secrets);
      if (!made.ok) return answer(context, made);
      const text = made.value;
      if (text === undefined) {
        const { terminal_session: terminal } = session.record;
        const why =
          terminal === undefined ? "This session has no terminal." : "This session's terminal was not recorded.";
        return refuseWith(context, fault("no-recording", why, "Its events can be exported as jsonl."), 404);
      }
      return context.body(toStream(text), 200, {
        "content-type": TYPES[format],
        "content-disposition": `attachment; filename="session-${id.slice(0, 8)}.${SUFFIX[format]}"`,
      });
    },
  });

  async function exportAs(
    format: ExportFormat,
    record: SessionRecord,
    entries: AsyncIterable<LogEntry>,
    secrets: string[],
  ): Promise<Result<AsyncGenerator<string> | undefined>> {
    switch (format) {
      case "jsonl":
        return ok(exportJsonl(entries, secrets, readPart(record)));
      case "trace":
        return ok(exportTrace(entries, secrets));
      case "cast":
      case "html": {
        const { terminal_session: terminal, label: title, command, created_at: began_at } = record;
        const from = (folder: string) => {
          const source = {
            ...{ folder, session: terminal ?? "", title, command },
            ...(terminal !== undefined && { begin: { ...FIRST_SIZE, began_at } }),
          };
          return format === "cast"
            ? exportCast(source, entries, secrets)
            : exportReplay({ ...source, about: aboutOf(record) }, entries, secrets, readPart(record));
        };
        const far = parts.sessions.far(record.id);
        if (far === undefined || terminal === undefined) return ok(await from(parts.home.recordings));
        if (!far.ok) return far;
        return fetched(far.value.daemon, far.value.session, from);
      }
    }
  }

  /** The recording of another machine, brought here for as long as it is read. */
  async function fetched(
    daemon: Connected,
    session: string,
    from: (folder: string) => Promise<AsyncGenerator<string> | undefined>,
  ): Promise<Result<AsyncGenerator<string> | undefined>> {
    try {
      const text = await withFolder(join(parts.home.run, `recording-${randomUUID()}`), async (folder) => {
        await farRecording(daemon, session, folder);
        return from(folder);
      });
      return ok(text);
    } catch (error) {
      const why = networkReason(error);
      return failed("machine-away", `The recording could not be fetched from its machine: ${why}.`, "Try again.");
    }
  }
}

/** What a replay says of its session. */
const aboutOf = ({ label, agent_name, agent_version, cwd }: SessionRecord) => ({
  ...{ title: label, agent: agent_name, folder: cwd },
  ...(agent_version !== undefined && { agent_version }),
});

/** Characters that are encoded together: a line each would be a system call each. */
const GATHER_CHARACTERS = 64 * 1024;

/** Pulled by its reader: a slow one holds back the reading of the journal. */
function toStream(text: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      let gathered = "";
      while (gathered.length < GATHER_CHARACTERS) {
        const next = await text.next();
        if (next.done === true) {
          if (gathered !== "") controller.enqueue(encoder.encode(gathered));
          return controller.close();
        }
        gathered += next.value;
      }
      controller.enqueue(encoder.encode(gathered));
    },
    async cancel() {
      await text.return(undefined);
    },
  });
}
