/** The overview of all keys. */
import { COMMANDS } from "../keys/commands.ts";
import { keysOf, showKey } from "../keys/key-map.ts";
import { Kbd } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { useServices } from "../shell/services.ts";
import { useSettings } from "../stores/settings-store.ts";
import { closeOverlay } from "../stores/view-store.ts";
import controls from "./controls.module.css";
import styles from "./shortcuts-dialog.module.css";

const IN_LIST: [string, string][] = [
  ["↑ ↓", "Move between calls"],
  ["⏎", "Open the call's detail"],
  ["/", "Filter"],
  ["e", "Next error"],
  ["c", "Copy the call as JSON"],
  ["f", "Follow, or stop following"],
  ["?", "This overview"],
];

export function ShortcutsDialog() {
  const { host } = useServices();
  const own = useSettings((settings) => settings.keys);
  const numbers = host.platform === "darwin" ? "⌘1 – ⌘9" : "Alt 1 – Alt 9";
  const shown = COMMANDS.map((command) => ({ name: command.name, keys: keysOf(command.id, host.platform, own) }));
  return (
    <Dialog title="Keyboard shortcuts" onClose={closeOverlay} width={680}>
      <div className={styles.columns}>
        <section>
          <h3 className={styles.heading}>Everywhere</h3>
          <dl className={styles.keys}>
            {shown
              .filter(({ keys }) => keys.length > 0)
              .map(({ name, keys }) => (
                <Row key={name} name={name} keys={keys.map((key) => showKey(key, host.platform))} />
              ))}
            <Row name="Session by number" keys={[numbers]} />
          </dl>
        </section>
        <section>
          <h3 className={styles.heading}>In the activity list</h3>
          <dl className={styles.keys}>
            {IN_LIST.map(([key, name]) => (
              <Row key={key} name={name} keys={[key]} />
            ))}
          </dl>
          <h3 className={styles.heading}>In a call's detail</h3>
          <dl className={styles.keys}>
            <Row name="Newer or older call" keys={["Alt ↑", "Alt ↓"]} />
            <Row name="Close" keys={["Esc"]} />
          </dl>
          <h3 className={styles.heading}>In the terminal</h3>
          <dl className={styles.keys}>
            <Row name="New line in the agent's prompt" keys={["⇧ ⏎"]} />
            <Row name="Open a link" keys={["Ctrl click"]} />
          </dl>
          <p className={controls.hint}>All other keys go to the program in the terminal.</p>
        </section>
      </div>
    </Dialog>
  );
}

function Row({ name, keys }: { name: string; keys: readonly string[] }) {
  return (
    <div className={styles.key}>
      <dt>{name}</dt>
      <dd>
        {keys.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </dd>
    </div>
  );
}
