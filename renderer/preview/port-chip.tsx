/** The chip in a session's head: a program of it listens, and one click shows what it serves. */
import { AppWindow } from "lucide-react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { useServices } from "../shell/services.ts";
import { showPreview, useView } from "../stores/view-store.ts";
import { portName } from "./port-text.ts";
import styles from "./preview.module.css";
import { likelyPort, openPreview } from "./preview-actions.ts";

export function PortChip({ session }: { session: SessionView }) {
  const services = useServices();
  const shown = useView((view) => (view.session === session.id && !view.collapsed.activity ? view.preview : undefined));
  const ports = session.ports ?? [];
  const port = ports.find((known) => known.port === shown) ?? likelyPort(ports);
  if (port === undefined || (port.health !== "up" && !port.exposed && port.port !== shown)) return null;
  const open = port.port === shown;
  const more = ports.length - 1;
  const name = oneLine(portName(port), 60);
  return (
    <button
      type="button"
      className={styles.chip}
      aria-pressed={open}
      title={`${open ? "Hide" : "Open"} the preview of ${name}${more > 0 ? `; ${more} more ${more === 1 ? "port" : "ports"} there` : ""}`}
      onClick={() => (open ? showPreview(undefined) : void openPreview(services, session.id, port))}
    >
      <AppWindow aria-hidden size={13} strokeWidth={1.75} />
      <span className={styles.chipName}>{name}</span>
      {!open && <span className={styles.chipDo}>Open</span>}
      <span className="visually-hidden">preview</span>
      {more > 0 && <span className={styles.chipMore}>+{more}</span>}
    </button>
  );
}
