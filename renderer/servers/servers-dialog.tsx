/** Owns the dialog with the MCP servers, and saving what is changed in it. */
import type { ServersFile } from "../../shared/protocol/daemon-api.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { visible } from "../../shared/text/visible.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Guarded } from "../settings/guarded.tsx";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import { toastFault, toastUndo } from "../stores/toasts.ts";
import { closeOverlay } from "../stores/view-store.ts";
import { AddServer } from "./add-server.tsx";
import { Secrets } from "./secrets.tsx";
import type { ChangeServer } from "./server-actions.tsx";
import { ServerList } from "./server-list.tsx";
import styles from "./servers.module.css";

export function ServersDialog() {
  return (
    <Dialog title="MCP servers" onClose={closeOverlay} width={640}>
      <Guarded>
        <Servers />
      </Guarded>
    </Dialog>
  );
}

export function Servers() {
  const { client } = useServices();
  const servers = useApp((store) => store.app?.servers) ?? [];
  const error = useApp((store) => store.app?.servers_error);

  /** Reads, changes and writes the file as one, so that what was edited elsewhere meanwhile stays. */
  async function change(edit: (file: ServersFile) => ServersFile | undefined): Promise<Fault | undefined> {
    const file = await client.servers();
    if (!file.ok) return file.fault;
    const next = edit(file.value);
    if (next === undefined) return undefined;
    const saved = await client.saveServers(next);
    return saved.ok ? undefined : saved.fault;
  }

  const changeOne: ChangeServer = (name, edit) =>
    change((file) => {
      const config = file.mcpServers[name];
      const next = config === undefined ? undefined : edit(config);
      return next === undefined ? undefined : { mcpServers: { ...file.mcpServers, [name]: next } };
    });

  async function remove(name: string): Promise<void> {
    let removed: ServersFile["mcpServers"][string] | undefined;
    const problem = await change((file) => {
      const { [name]: config, ...rest } = file.mcpServers;
      removed = config;
      return { mcpServers: rest };
    });
    if (problem !== undefined) {
      toastFault(problem);
      return;
    }
    const config = removed;
    if (config === undefined) return;
    toastUndo(`Removed ${name}`, () => void change((file) => ({ mcpServers: { ...file.mcpServers, [name]: config } })));
  }

  return (
    <div className={styles.page}>
      <p className={styles.intro}>Every agent started here can use these, without being restarted.</p>
      {error !== undefined && (
        <p className={styles.error} role="alert">
          servers.json wasn't understood; the last good one stays in force. {visible(error)}
        </p>
      )}
      <ServerList servers={servers} onRemove={(name) => void remove(name)} onChange={changeOne} />
      <AddServer onAdd={(added) => change((file) => ({ mcpServers: { ...file.mcpServers, ...added.mcpServers } }))} />
      <Secrets />
    </div>
  );
}
