/** Owns adding MCP servers: by a name and a command or address, or by pasting the usual JSON. */
import { type FormEvent, useState } from "react";
import { SERVER_NAME, type ServerStatus, type ServersFile } from "../../shared/protocol/daemon-api.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { Button } from "../parts/button.tsx";
import form from "../parts/form.module.css";
import { FaultNote } from "../sessions/fault-note.tsx";
import { splitCommand } from "../sessions/split-command.ts";
import { useServices } from "../shell/services.ts";
import { parseServers, serverFromForm } from "./parse-servers.ts";
import styles from "./servers.module.css";

interface AddProps {
  /** Gives a fault, or undefined when they were saved. */
  onAdd: (added: ServersFile) => Promise<Fault | undefined>;
}

export function AddServer({ onAdd }: AddProps) {
  const { client } = useServices();
  const [json, setJson] = useState(false);
  const [name, setName] = useState("");
  const [target, setTarget] = useState("");
  const [text, setText] = useState("");
  const [fault, setFault] = useState<Fault>();
  const [tested, setTested] = useState<ServerStatus>();
  const [busy, setBusy] = useState<"test" | "add">();

  function read(): ServersFile | undefined {
    setTested(undefined);
    if (!json && !SERVER_NAME.test(name)) {
      setFault({ code: "bad-name", message: "A name has letters, digits, dots, dashes and underscores only." });
      return undefined;
    }
    const parsed = json ? parseServers(text) : wrap(name, serverFromForm(target, splitCommand));
    setFault(
      parsed.ok
        ? undefined
        : { code: "bad-servers", message: `${json ? "That JSON wasn't understood" : "Not yet"}: ${parsed.reason}.` },
    );
    return parsed.ok ? parsed.value : undefined;
  }

  async function test(): Promise<void> {
    const [first] = Object.entries(read()?.mcpServers ?? {});
    if (first === undefined) return;
    setBusy("test");
    const answer = await client.testServer(first[0], first[1]);
    setBusy(undefined);
    if (answer.ok) setTested(answer.value);
    else setFault(answer.fault);
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const servers = read();
    if (servers === undefined) return;
    setBusy("add");
    const problem = await onAdd(servers);
    setBusy(undefined);
    setFault(problem);
    if (problem !== undefined) return;
    setName("");
    setTarget("");
    setText("");
  }

  return (
    <form className={styles.add} onSubmit={(event) => void submit(event)}>
      <div className={styles.addHead}>
        <h3 className={styles.heading}>Add a server</h3>
        <Button kind="link" onClick={() => setJson(!json)}>
          {json ? "Use a form" : "Paste JSON"}
        </Button>
      </div>
      {json ? (
        <textarea
          className={styles.json}
          aria-label="Servers as JSON"
          rows={6}
          spellCheck={false}
          placeholder={
            '{"mcpServers": {"everything": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-everything"]}}}'
          }
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      ) : (
        <div className={styles.fields}>
          <input
            className={form.input}
            aria-label="Name"
            placeholder="Name"
            value={name}
            spellCheck={false}
            onChange={(event) => setName(event.target.value)}
          />
          <input
            className={form.input}
            aria-label="Command or address"
            placeholder="Command, or https://…"
            value={target}
            spellCheck={false}
            onChange={(event) => setTarget(event.target.value)}
          />
        </div>
      )}
      <FaultNote fault={fault} />
      {tested !== undefined && (
        <p className={tested.state === "ready" ? styles.good : styles.badText} role="status">
          {tested.state === "ready"
            ? `It works: ${tested.tools.length} ${tested.tools.length === 1 ? "tool" : "tools"}.`
            : `It doesn't work: ${tested.reason ?? "no reason was given"}`}
        </p>
      )}
      <div className={form.actions}>
        <Button kind="primary" type="submit" busy={busy !== undefined}>
          {busy === "add" ? "Adding…" : "Add server"}
        </Button>
        <Button onClick={() => void test()} busy={busy !== undefined}>
          {busy === "test" ? "Testing…" : "Test"}
        </Button>
      </div>
    </form>
  );
}

function wrap(name: string, parsed: ReturnType<typeof serverFromForm>): ReturnType<typeof parseServers> {
  return parsed.ok ? { ok: true, value: { mcpServers: { [name]: parsed.value } } } : parsed;
}
