/** The gateway's figures, in the text that Prometheus reads. */
import { VERSION } from "../home/version.ts";
import type { AppHub } from "./app-hub.ts";
import type { Counters } from "./bridge/counters.ts";
import type { LogRing } from "./bridge/session-log.ts";
import type { Journal } from "./journal/open-journal.ts";
import type { Daemons } from "./link/daemons.ts";

export interface MetricsContext {
  hub: AppHub;
  daemons: Pick<Daemons, "primary">;
  counters: Counters;
  ring: Pick<LogRing, "bytes">;
  journal: Pick<Journal, "queued" | "size">;
}

/** Newer versions of Prometheus refuse what they cannot tell the format of. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** https://prometheus.io/docs/instrumenting/exposition_formats/ version 0.0.4. */
export async function metricsText(parts: MetricsContext, sockets: number): Promise<string> {
  const lines: string[] = [];
  const add = (name: string, type: "counter" | "gauge", help: string, value: number, labels = "") => {
    lines.push(
      `# HELP signalbox_${name} ${help}`,
      `# TYPE signalbox_${name} ${type}`,
      `signalbox_${name}${labels} ${value}`,
    );
  };
  const { sessions } = parts.hub.state();
  const memory = process.memoryUsage();
  add("info", "gauge", "Version of the gateway.", 1, `{version="${VERSION}"}`);
  add(
    "daemon_connected",
    "gauge",
    "1 while a daemon is connected.",
    Number(parts.daemons.primary.current() !== undefined),
  );
  add("sessions", "gauge", "Sessions that are known.", sessions.length);
  add(
    "sessions_running",
    "gauge",
    "Sessions whose program runs.",
    sessions.filter((item) => item.terminal.state === "running").length,
  );
  add(
    "calls_running",
    "gauge",
    "Tool calls that run.",
    sessions.reduce((sum, item) => sum + item.calls.running, 0),
  );
  add("sockets", "gauge", "WebSockets that are open.", sockets);
  add("events_total", "counter", "Events taken in from daemons.", parts.counters.events);
  add("event_bytes_total", "counter", "Bytes of these events.", parts.counters.eventBytes);
  add("stream_reconnects_total", "counter", "Streams that had to be opened again.", parts.counters.reconnects);
  add("ring_bytes", "gauge", "Recent events held in memory.", parts.ring.bytes);
  add("journal_queued_bytes", "gauge", "Events on their way to the journal.", parts.journal.queued());
  const size = await parts.journal.size();
  if (size !== undefined) add("journal_bytes", "gauge", "History on the disk.", size);
  add("recording", "gauge", "1 while history is kept.", Number(parts.hub.state().recording.ok));
  add("resident_bytes", "gauge", "Memory of the gateway.", memory.rss);
  add("heap_bytes", "gauge", "Heap in use.", memory.heapUsed);
  add("uptime_seconds", "gauge", "Since the gateway started.", Math.round(process.uptime()));
  return `${lines.join("\n")}\n`;
}
