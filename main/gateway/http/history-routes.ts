/** Owns the routes of history: search over all sessions, and the export of one. */
import { Hono } from "hono";
import type { LogEntry } from "../../../shared/events/tool-event.ts";
import { failed, fault } from "../../../shared/protocol/fault.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { GatewayParts } from "../gateway-parts.ts";
import { exportReplay } from "../history/export-replay.ts";
import { EXPORT_FORMATS, type ExportFormat, exportCast, exportJsonl, exportTrace } from "../history/export-session.ts";
import { readEntries } from "../history/read-entries.ts";
import type { SessionRecord } from "../sessions/session-record.ts";
import { answer, refuseWith } from "./answer.ts";

const MAX_HITS = 200;
const TYPES: Record<ExportFormat, string> = {
  jsonl: "application/x-ndjson; charset=utf-8",
  cast: "application/x-asciicast",
  trace: "application/json",
  html: "text/html; charset=utf-8",
};
const SUFFIX: Record<ExportFormat, string> = { jsonl: "jsonl", cast: "cast", trace: "trace.json", html: "html" };

export function historyRoutes(parts: GatewayParts): Hono {
  const app = new Hono();
  app.get("/search", async (context) => {
    const limit = Math.min(Number(context.req.query("limit") ?? 50) || 50, MAX_HITS);
    const found = await parts.journal.search(context.req.query("q") ?? "", Math.max(1, Math.floor(limit)));
    const hits = found.flatMap(({ session, call }) => {
      const label = parts.sessions.get(session)?.record.label;
      // The text is JSON that the journal wrote itself.
      return label === undefined
        ? []
        : `{"session":${JSON.stringify(session)},"label":${JSON.stringify(label)},"call":${call}}`;
    });
    return context.body(`{"hits":[${hits.join(",")}]}`, 200, { "content-type": "application/json" });
  });

  app.get("/sessions/:id/export", async (context) => {
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
    const secrets = [session.record.mcp.token, parts.owner.token()];
    const entries = readEntries(parts.journal, id);
    const text = await exportAs(format, session.record, entries, secrets);
    if (text === undefined) {
      return refuseWith(context, fault("no-recording", "This session's terminal was not recorded."), 404);
    }
    return context.body(toStream(text), 200, {
      "content-type": TYPES[format],
      "content-disposition": `attachment; filename="session-${id.slice(0, 8)}.${SUFFIX[format]}"`,
    });
  });
  return app;

  async function exportAs(
    format: ExportFormat,
    record: SessionRecord,
    entries: AsyncIterable<LogEntry>,
    secrets: string[],
  ) {
    switch (format) {
      case "jsonl":
        return exportJsonl(entries, secrets);
      case "trace":
        return exportTrace(entries, secrets);
      case "cast":
      case "html": {
        const { terminal_session: terminal = "", label, command } = record;
        const source = { folder: parts.home.recordings, session: terminal, title: label, command };
        return format === "cast" ? exportCast(source, entries, secrets) : exportReplay(source, entries, secrets);
      }
    }
  }
}

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
