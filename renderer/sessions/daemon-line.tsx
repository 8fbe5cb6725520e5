/** The line of the new-session form that says which daemon the agent's tools will go through. */
import { Button } from "../parts/button.tsx";
import form from "../parts/form.module.css";
import { daemonLine, daemonTone } from "../shell/daemon-text.ts";
import { Dot } from "../shell/dot.tsx";
import { useApp } from "../stores/app-store.ts";
import { openOverlay } from "../stores/view-store.ts";
import styles from "./folder-field.module.css";

export function DaemonLine() {
  const daemon = useApp((store) => store.app?.daemon);
  const servers = useApp((store) => store.app?.servers.length ?? 0);
  if (daemon === undefined) return null;
  return (
    <div className={form.field}>
      <span className={form.label}>Daemon</span>
      <div className={styles.folder}>
        <Dot tone={daemonTone(daemon)} />
        <span className={styles.daemonText}>{daemonLine(daemon, servers)}</span>
        <Button kind="link" className={styles.addServers} onClick={() => openOverlay("servers")}>
          Add servers
        </Button>
      </div>
    </div>
  );
}
