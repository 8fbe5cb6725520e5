/** Lists the ports of a session: what listens, what is exposed, and one more by hand. */
import { type FormEvent, useState } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { type Exposure, exposureSchema, type PortView } from "../../shared/protocol/preview-api.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import form from "../parts/form.module.css";
import { FaultNote } from "../sessions/fault-note.tsx";
import { copyText } from "../shell/actions.ts";
import { Dot } from "../shell/dot.tsx";
import { useServices } from "../shell/services.ts";
import { useWatching } from "../stores/app-store.ts";
import { closeOverlay, showPreview, useView } from "../stores/view-store.ts";
import { healthOf, portName } from "./port-text.ts";
import styles from "./preview.module.css";
import { openPreview } from "./preview-actions.ts";

export function PortsDialog({ session }: { session: SessionView }) {
  const watching = useWatching();
  const ports = session.ports ?? [];
  const [fault, setFault] = useState<Fault>();
  return (
    <Dialog title={`Ports of “${oneLine(session.label, 60)}”`} onClose={closeOverlay} width={620}>
      {watching && <p className={styles.note}>This device may only watch: it can neither open nor change previews.</p>}
      {ports.length === 0 && (
        <p className={styles.note}>
          No program of this session listens on a port yet. One that does appears here, and in the session's head.
        </p>
      )}
      <ul className={styles.list} aria-label="Ports">
        {ports.map((port) => (
          <PortRow key={port.port} session={session.id} port={port} watching={watching} onFault={setFault} />
        ))}
      </ul>
      <FaultNote fault={fault} />
      {!watching && <AddPort session={session.id} />}
    </Dialog>
  );
}

interface PortRowProps {
  session: string;
  port: PortView;
  watching: boolean;
  onFault: (fault: Fault | undefined) => void;
}

function PortRow({ session, port, watching, onFault }: PortRowProps) {
  const services = useServices();
  const name = portName(port);
  const health = healthOf(port, undefined);
  const whose = port.ours === false ? "Of a program outside this session. " : "";
  const prefix = port.pathPrefix === undefined ? "" : `Paths below ${oneLine(port.pathPrefix, 80)}. `;

  async function withdraw(): Promise<void> {
    const withdrawn = await services.client.withdrawPort(session, port.port);
    onFault(withdrawn.ok ? undefined : withdrawn.fault);
    if (withdrawn.ok && useView.getState().preview === port.port) showPreview(undefined);
  }
  async function expose(): Promise<void> {
    const exposed = await services.client.exposePort(session, { port: port.port });
    onFault(exposed.ok ? undefined : exposed.fault);
  }
  const show = () => {
    closeOverlay();
    void openPreview(services, session, port);
  };

  return (
    <li className={styles.row}>
      <span className={styles.what}>
        <span className={styles.name}>
          <Dot tone={health.tone} />
          {name}
        </span>
        <span className={styles.note}>
          {whose}
          {prefix}
          {health.text} {port.exposed ? "Exposed." : "Not exposed."}
        </span>
      </span>
      {!watching && (
        <>
          <Button onClick={show} aria-label={`Open: ${oneLine(name, 60)}`}>
            Open
          </Button>
          {port.url !== undefined && (
            <Button
              aria-label={`Copy address: ${oneLine(name, 60)}`}
              onClick={() => void copyText(port.url ?? "", "Address")}
            >
              Copy address
            </Button>
          )}
          {port.exposed ? (
            <Button kind="remove" aria-label={`Withdraw: ${oneLine(name, 60)}`} onClick={() => void withdraw()}>
              Withdraw
            </Button>
          ) : (
            <Button aria-label={`Expose: ${oneLine(name, 60)}`} onClick={() => void expose()}>
              Expose
            </Button>
          )}
        </>
      )}
    </li>
  );
}

/** What was typed stays until the port is exposed. */
function AddPort({ session }: { session: string }) {
  const { client } = useServices();
  const [port, setPort] = useState("");
  const [label, setLabel] = useState("");
  const [prefix, setPrefix] = useState("");
  const [foreign, setForeign] = useState(false);
  const [fault, setFault] = useState<Fault>();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const read = readExposure(port, label, prefix, foreign);
    if (typeof read === "string") {
      setFault({ code: "bad-port", message: read });
      return;
    }
    const exposed = await client.exposePort(session, read);
    setFault(exposed.ok ? undefined : exposed.fault);
    if (!exposed.ok) return;
    setPort("");
    setLabel("");
    setPrefix("");
    setForeign(false);
  }

  return (
    <form className={styles.more} onSubmit={(event) => void submit(event)}>
      <h3 className={styles.title}>Expose a port by hand</h3>
      <div className={styles.fields}>
        <label>
          <span className={form.label}>Port</span>
          <input
            className={form.input}
            inputMode="numeric"
            placeholder="5173"
            value={port}
            onChange={(event) => setPort(event.target.value)}
          />
        </label>
        <label>
          <span className={form.label}>Label (optional)</span>
          <input
            className={form.input}
            value={label}
            maxLength={80}
            onChange={(event) => setLabel(event.target.value)}
          />
        </label>
        <label>
          <span className={form.label}>Path prefix (optional)</span>
          <input
            className={form.input}
            placeholder="/api"
            value={prefix}
            spellCheck={false}
            onChange={(event) => setPrefix(event.target.value)}
          />
        </label>
      </div>
      <label className={styles.check}>
        <input type="checkbox" checked={foreign} onChange={(event) => setForeign(event.target.checked)} />
        Also another user's program
      </label>
      <FaultNote fault={fault} />
      <div className={form.actions}>
        <Button type="submit" kind="primary" disabled={port.trim() === ""}>
          Expose
        </Button>
      </div>
    </form>
  );
}

/** Gives a sentence about what is wrong, or the exposure. */
function readExposure(port: string, label: string, prefix: string, foreign: boolean): Exposure | string {
  const number = /^\d{1,5}$/.test(port.trim()) ? Number(port.trim()) : 0;
  if (number < 1 || number > 65_535) return "A port is a number from 1 to 65535.";
  const read = exposureSchema.safeParse({
    port: number,
    ...(label.trim() === "" ? {} : { label: label.trim() }),
    ...(prefix.trim() === "" ? {} : { pathPrefix: prefix.trim() }),
    ...(foreign ? { foreign } : {}),
  });
  return read.success ? read.data : "A path prefix begins with a slash and holds whole segments, for example /api.";
}
