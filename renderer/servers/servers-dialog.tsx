/** The dialog with the MCP servers, and the saving of what is changed in it. */
import type { Fault } from "../../shared/protocol/fault.ts";
import { visible } from "../../shared/text/visible.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Guarded } from "../settings/guarded.tsx";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import { toastFault, toastUndo } from "../stores/toasts.ts";
import { closeOverlay } from "../stores/view-store.ts";
import { type AddOutcome, AddServer, type Clash } from "./add-server.tsx";
import { besides, type Entries } from "./parse-servers.ts";
import { Secrets } from "./secrets.tsx";
import type { ChangeServer } from "./server-actions.tsx";
import { EveryServer, ServerList } from "./server-list.tsx";
import styles from "./servers.module.css";
import { useToolSettings } from "./use-tool-settings.ts";

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
  const { settings, change: save } = useToolSettings();

  /** Reads, changes and writes the file as one; again where somebody else has changed it in between. */
  async function change(edit: (entries: Entries) => Entries | undefined): Promise<Fault | undefined> {
    for (let tries = 0; ; tries += 1) {
      const file = await client.servers();
      if (!file.ok) return file.fault;
      const next = edit(file.value.mcpServers);
      if (next === undefined) return undefined;
      const saved = await client.saveServers({ ...file.value, mcpServers: next });
      if (saved.ok) return undefined;
      if (saved.fault.code !== "servers-changed" || tries === MAX_TRIES) return saved.fault;
    }
  }

  const changeOne: ChangeServer = (name, edit) =>
    change((entries) => {
      const next = Object.hasOwn(entries, name) ? edit(entries[name]) : undefined;
      return next === undefined ? undefined : { ...entries, [name]: next };
    });

  async function undo(edit: (entries: Entries) => Entries | undefined): Promise<void> {
    const problem = await change(edit);
    if (problem !== undefined) toastFault(problem);
  }

  async function remove(name: string): Promise<void> {
    let before: Entries = {};
    const problem = await change((entries) => {
      before = entries;
      const { [name]: _, ...rest } = entries;
      return rest;
    });
    if (problem !== undefined) {
      toastFault(problem);
      return;
    }
    if (!Object.hasOwn(before, name)) return;
    // Its credentials come as masks, which the gateway still knows the values of.
    toastUndo(`Removed ${name}`, () => void undo((entries) => ({ ...entries, [name]: before[name] })));
  }

  async function add(added: Entries, clash: Clash | undefined): Promise<AddOutcome> {
    let taken: string[] = [];
    let before: Entries = {};
    const fault = await change((entries) => {
      before = entries;
      taken = Object.keys(added).filter((name) => Object.hasOwn(entries, name));
      if (taken.length > 0 && clash === undefined) return undefined;
      return { ...entries, ...(clash === "keep-both" ? besides(added, new Set(Object.keys(entries))) : added) };
    });
    if (fault !== undefined) return { fault };
    if (taken.length > 0 && clash === undefined) return { taken };
    if (taken.length > 0 && clash === "replace") {
      const replaced = Object.fromEntries(taken.map((name) => [name, before[name]]));
      toastUndo(`Replaced ${taken.join(", ")}`, () => void undo((entries) => ({ ...entries, ...replaced })));
    }
    return undefined;
  }

  return (
    <div className={styles.page}>
      <p className={styles.intro}>Every agent started here can use these, without being restarted.</p>
      {error !== undefined && (
        <p className={styles.error} role="alert">
          servers.json wasn't understood; the last good one stays in force. {visible(error)}.
        </p>
      )}
      <ServerList
        servers={servers}
        onRemove={(name) => void remove(name)}
        onChange={changeOne}
        settings={settings}
        onSettings={(next) => void save(next)}
      />
      <AddServer onAdd={add} />
      {servers.length > 0 && <EveryServer settings={settings} onSettings={(next) => void save(next)} />}
      <Secrets />
    </div>
  );
}

/** Somebody else may be at work in the file. */
const MAX_TRIES = 4;
