/** The first page of a call's detail: how it went, in facts. */
import type { Call } from "../../shared/events/call.ts";
import { cameLate, leftWords } from "../../shared/events/left-words.ts";
import { refusedBecause } from "../../shared/events/refusal.ts";
import { stoppedWords } from "../../shared/events/stopped.ts";
import type { ServerStatus } from "../../shared/protocol/daemon-api.ts";
import { visible } from "../../shared/text/visible.ts";
import { formatElapsed, formatMillisecond, formatRough } from "../activity/elapsed.ts";
import { ProgressBar } from "../activity/progress-bar.tsx";
import { duration, figures, formatCount, note, percentOf, progressBar } from "../activity/progress-truth.ts";
import { OutboxButton } from "../outbox/outbox-button.tsx";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { JsonView } from "./json-view.tsx";
import notes from "./notes.module.css";
import styles from "./overview.module.css";
import { Payload, partsIn } from "./payload.tsx";
import { RefusalButton } from "./refusal-button.tsx";

interface OverviewProps {
  store: CallLogStore;
  session: string;
  call: Call;
  now: number;
  transport: ServerStatus["transport"] | undefined;
}

const TRANSPORTS: Record<ServerStatus["transport"], string> = {
  stdio: "stdio",
  http: "Streamable HTTP",
  builtin: "built in",
  client: "connected program",
};

export function Overview({ store, session, call, now, transport }: OverviewProps) {
  const bar = progressBar(call);
  return (
    <div className={styles.overview}>
      <Left call={call} />
      <Verdict call={call} />
      <RefusalButton session={session} call={call} />
      <OutboxButton session={session} call={call} />
      {call.mixed === true && (
        <p className={notes.warn} role="note">
          <strong>Two calls may be mixed here.</strong> An earlier version gave a call that began after a restart of the
          daemon the same name. Times, message and result may belong to either; the export has all events.
        </p>
      )}
      {bar !== undefined && (
        <div className={styles.running}>
          <ProgressBar store={store} call={call} bar={bar} />
          <p>{note(call, now) ?? figures(call, now)}</p>
        </div>
      )}
      <dl className={styles.list}>
        {rows(call, now, transport).map(([name, value]) => (
          <div key={name} className={styles.fact}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {call.error?.data !== undefined && (
        <section>
          <h3 className={styles.heading}>Details of the error</h3>
          <JsonView value={call.error.data} label="Details of the error" />
        </section>
      )}
      {call.args !== undefined && (
        <section>
          <h3 className={styles.heading}>Arguments</h3>
          <JsonView value={call.args} label="Arguments" />
        </section>
      )}
      {call.result !== undefined && (
        <section aria-label="Result">
          <h3 className={styles.heading}>Result</h3>
          <Payload
            value={call.result}
            cut={call.cut?.result}
            parts={partsIn(call.parts, "/result")}
            session={session}
            label="Result"
            missing=""
          />
        </section>
      )}
    </div>
  );
}

/** Whether the agent has what the tool gave: never left out beside how the call ended. */
function Left({ call }: { call: Call }) {
  const words = leftWords(call);
  if (words === undefined) return null;
  return (
    <p className={notes.warn} role="note">
      <strong>{visible(words)}.</strong>
      {cameLate(call) && " The agent does not have this result."}
    </p>
  );
}

function Verdict({ call }: { call: Call }) {
  if (call.state === "failed" || call.state === "discarded") {
    const code = call.error?.code;
    const refused = refusedBecause(call.error);
    return (
      <p className={notes.bad} role="note">
        <strong>{visible(call.error?.message ?? "It failed without a reason.")}</strong>
        {refused !== undefined && ` Signalbox refused the call (${visible(refused)}); no server saw it.`}
        {refused !== undefined || code === undefined ? "" : ` (${String(code).replace(/^-/, "−")})`}
        {isTimeout(call) && ". The server may have done the work all the same: the outcome is unknown."}
        {call.state === "discarded" && " It was taken out of the outbox and not delivered."}
      </p>
    );
  }
  const stopped = stoppedWords(call);
  if (stopped !== undefined) {
    return (
      <p className={notes.warn} role="note">
        <strong>{visible(stopped)}.</strong> Its server was told to stop, and the agent was told why. What was done
        until then is done.
      </p>
    );
  }
  if (call.state === "unknown") {
    return (
      <p className={notes.warn} role="note">
        <strong>Outcome unknown.</strong> The daemon that ran it stopped before it reported how the call ended. Nothing
        was retried.
      </p>
    );
  }
  if (call.uncertain) {
    return (
      <p className={notes.warn} role="note">
        <strong>Events are missing here.</strong> It was running before; its end may be among them.
      </p>
    );
  }
  if (call.state === "queued") {
    return (
      <p className={notes.warn} role="note">
        <strong>Waiting for its server.</strong> It is kept on disk and sent when the server answers again.
      </p>
    );
  }
  return null;
}

/** −32001 is the request timeout of the MCP SDKs. */
const isTimeout = (call: Call): boolean =>
  call.error?.code === -32001 || /timed? ?out/i.test(call.error?.message ?? "");

function rows(call: Call, now: number, transport: OverviewProps["transport"]): [string, string][] {
  const list: [string, string][] = [];
  if (call.server !== undefined) {
    list.push(["Server", visible(call.server) + (transport === undefined ? "" : ` (${TRANSPORTS[transport]})`)]);
  }
  list.push(["Started", formatMillisecond(call.startedAt)]);
  const took = duration(call);
  if (took !== "") list.push(["Took", took]);
  else if (call.state === "running") list.push(["Running for", formatElapsed(now - Date.parse(call.startedAt))]);
  if (call.progress !== undefined) {
    const percent = percentOf(call);
    const of = call.total === undefined ? "" : ` of ${formatCount(call.total)}`;
    list.push(["Progress", `${formatCount(call.progress)}${of}${percent === undefined ? "" : ` (${percent}%)`}`]);
  }
  if (call.message !== undefined) {
    const after = Date.parse(call.updatedAt) - Date.parse(call.startedAt);
    list.push(["Last update", `“${visible(call.message)}” after ${formatElapsed(after)}`]);
  } else if (call.state === "running" && call.updates > 0) {
    list.push(["Last update", `${formatRough(now - Date.parse(call.updatedAt))} ago`]);
  }
  if (call.regressions > 0) list.push(["Went backwards", `${call.regressions} times; those values were ignored`]);
  list.push(["Call", call.id]);
  return list;
}
