/** Shows what the calls of a session add up to, for each tool and each server, and the slowest of them. */
import { ArrowDown, ArrowUp } from "lucide-react";
import { useEffect, useState } from "react";
import type { CallTotals, TotalsRow } from "../../shared/events/call-totals.ts";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { formatElapsed, formatSecond } from "../activity/elapsed.ts";
import { formatBytes } from "../detail/format-bytes.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Empty } from "../parts/notice.tsx";
import { FaultNote } from "../sessions/fault-note.tsx";
import { useServices } from "../shell/services.ts";
import { closeOverlay, showCall } from "../stores/view-store.ts";
import { nextSort, type Sort, sortRows } from "./sort-rows.ts";
import styles from "./totals.module.css";

export function TotalsDialog({ session }: { session: SessionView }) {
  const { client } = useServices();
  const [totals, setTotals] = useState<CallTotals>();
  const [fault, setFault] = useState<Fault>();
  const [page, setPage] = useState<(typeof PAGES)[number]["id"]>("tools");
  useEffect(() => {
    let gone = false;
    void client.totals(session.id).then((answer) => {
      if (gone) return;
      if (answer.ok) setTotals(answer.value as CallTotals);
      else setFault(answer.fault);
    });
    return () => {
      gone = true;
    };
  }, [client, session.id]);
  return (
    <Dialog title={`Totals of ${oneLine(session.label, 60)}`} onClose={closeOverlay} width={760}>
      <FaultNote fault={fault} />
      {totals === undefined && fault === undefined && <p role="status">Adding up…</p>}
      {totals !== undefined &&
        (totals.tools.length === 0 ? (
          <Empty text="No tool calls yet." />
        ) : (
          <>
            <div className={styles.pages} role="group" aria-label="Totals by">
              {PAGES.map(({ id, name }) => (
                <button
                  key={id}
                  type="button"
                  className={styles.page}
                  aria-pressed={page === id}
                  onClick={() => setPage(id)}
                >
                  {name}
                </button>
              ))}
            </div>
            {page === "tools" && <Sums name="Tool" rows={totals.tools} />}
            {page === "servers" && <Sums name="Server" rows={totals.servers} />}
            {page === "slowest" && <Slowest session={session.id} calls={totals.slowest} />}
          </>
        ))}
    </Dialog>
  );
}

const PAGES = [
  { id: "tools", name: "Tools" },
  { id: "servers", name: "Servers" },
  { id: "slowest", name: "Slowest calls" },
] as const;

const COLUMNS: readonly { by: Sort["by"]; name: string; title: string }[] = [
  { by: "calls", name: "Calls", title: "Calls" },
  { by: "errors", name: "Errors", title: "Failed, discarded, or with an unknown outcome" },
  { by: "p50", name: "p50", title: "Half of the calls took no longer" },
  { by: "p95", name: "p95", title: "95 of 100 calls took no longer" },
  { by: "bytes", name: "Data", title: "Arguments and results together" },
];

function Sums({ name, rows }: { name: string; rows: readonly TotalsRow[] }) {
  const [sort, setSort] = useState<Sort>({ by: "calls", down: true });
  const head = (by: Sort["by"], text: string, title: string) => (
    <th key={by} scope="col" aria-sort={sort.by !== by ? "none" : sort.down ? "descending" : "ascending"}>
      <button type="button" className={styles.sort} title={title} onClick={() => setSort(nextSort(sort, by))}>
        {text}
        {sort.by === by && (sort.down ? <ArrowDown aria-hidden size={12} /> : <ArrowUp aria-hidden size={12} />)}
      </button>
    </th>
  );
  return (
    <section className={styles.frame} aria-label={`Totals by ${name.toLowerCase()}`} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {head("name", name, name)}
            {COLUMNS.map(({ by, name: text, title }) => head(by, text, title))}
          </tr>
        </thead>
        <tbody>
          {sortRows(rows, sort).map((row) => (
            <tr key={JSON.stringify([row.server, row.tool])}>
              <td title={oneLine(`${row.tool ?? ""} ${row.server}`.trim(), 200)}>
                {oneLine(row.tool ?? (row.server || "No server named"), 80)}
                {row.tool !== undefined && row.server !== "" && (
                  <span className={styles.server}>{oneLine(row.server, 40)}</span>
                )}
              </td>
              <td>{row.calls.toLocaleString("en-US")}</td>
              <td className={row.errors > 0 ? styles.bad : undefined}>{row.errors.toLocaleString("en-US")}</td>
              <td>{row.p50 === undefined ? "–" : formatElapsed(row.p50)}</td>
              <td>{row.p95 === undefined ? "–" : formatElapsed(row.p95)}</td>
              <td>{formatBytes(row.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Slowest({ session, calls }: { session: string; calls: CallTotals["slowest"] }) {
  if (calls.length === 0) return <Empty text="No call has ended yet." />;
  return (
    <section className={styles.frame} aria-label="Slowest calls" tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Call</th>
            <th scope="col">Began</th>
            <th scope="col">Took</th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <tr key={call.id}>
              <td>
                <button type="button" data-inline className={styles.open} onClick={() => showCall(session, call.id)}>
                  {oneLine(call.about === undefined ? call.tool : `${call.tool} ${call.about}`, 120)}
                </button>
              </td>
              <td>{formatSecond(call.startedAt)}</td>
              <td>{formatElapsed(call.durationMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
