/** The dialog that narrows the tools of one session. */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Toggle } from "../settings/controls.tsx";
import { useAim } from "../shell/aim.ts";
import { useApp } from "../stores/app-store.ts";
import { closeOverlay } from "../stores/view-store.ts";
import styles from "./servers.module.css";
import { ToolSwitches } from "./tool-switches.tsx";
import { useToolSettings } from "./use-tool-settings.ts";

export function SessionToolsDialog({ session }: { session: SessionView }) {
  return (
    <Dialog title={`Session tools: ${oneLine(session.label, 60)}`} onClose={closeOverlay} width={640}>
      <SessionTools session={session.id} />
    </Dialog>
  );
}

function SessionTools({ session }: { session: string }) {
  const servers = useApp((store) => store.app?.servers) ?? [];
  const own = useToolSettings(session);
  const all = useToolSettings();
  const loaded = own.settings !== undefined && all.settings !== undefined;
  const readOnly = useAim<HTMLDivElement>((aim) => loaded && aim.at === "read-only");
  const problem = own.fault ?? all.fault;
  if (problem !== undefined) {
    return (
      <p className={styles.error} role="alert">
        {problem.message} {problem.hint}
      </p>
    );
  }
  const { settings } = own;
  const above = all.settings;
  if (settings === undefined || above === undefined) return <p className={styles.none}>Loading…</p>;
  const readOnlyAbove = above.read_only === true;
  return (
    <div className={styles.page}>
      <p className={styles.intro}>
        Tools that are off here are hidden from this session's agent, and calls of them are refused. Tools that are off
        for all sessions stay off.
      </p>
      <div ref={readOnly}>
        <Toggle
          label="Read-only mode"
          hint={
            readOnlyAbove
              ? "On for all sessions."
              : "Only tools marked read-only are offered. Calls of others are refused."
          }
          value={readOnlyAbove || settings.read_only === true}
          disabled={readOnlyAbove}
          onChange={(read_only) => void own.change({ ...settings, read_only })}
        />
      </div>
      {servers.length === 0 && <p className={styles.none}>No servers yet.</p>}
      {servers.map((server) => (
        <section key={server.name} aria-label={oneLine(server.name, 64)}>
          <h3 className={styles.heading}>{oneLine(server.name, 64)}</h3>
          <ToolSwitches server={server} settings={settings} above={above} onChange={(next) => void own.change(next)} />
        </section>
      ))}
    </div>
  );
}
