/** Adds MCP servers: by a name and a command or address, or by pasting JSON in any of the usual forms. */
import { type FormEvent, useState } from "react";
import type { Fault } from "../../shared/protocol/fault.ts";
import { splitCommand } from "../../shared/text/split-command.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import form from "../parts/form.module.css";
import { FaultNote } from "../sessions/fault-note.tsx";
import { type Entries, isNameless, parseServers, serverFromForm } from "./parse-servers.ts";
import styles from "./servers.module.css";
import { TestResults, useServerTests } from "./test-servers.tsx";

/** What is done with servers whose names are there already; undecided, nothing is added. */
export type Clash = "replace" | "keep-both";
/** Names of those that are there already, or a fault, or undefined when they were added. */
export type AddOutcome = { taken: string[] } | { fault: Fault } | undefined;

interface AddProps {
  onAdd: (added: Entries, clash: Clash | undefined) => Promise<AddOutcome>;
}

export function AddServer({ onAdd }: AddProps) {
  const [json, setJson] = useState(false);
  const [name, setName] = useState("");
  const [target, setTarget] = useState("");
  const [text, setText] = useState("");
  const [fault, setFault] = useState<Fault>();
  const [adding, setAdding] = useState(false);
  const [taken, setTaken] = useState<string[]>([]);
  const tests = useServerTests();
  const asksName = !json || isNameless(text);

  function read(): Entries | undefined {
    tests.clear();
    setTaken([]);
    const parsed = json ? parseServers(text, name) : serverFromForm(name, target, splitCommand);
    setFault(parsed.ok ? undefined : { code: "bad-servers", message: parsed.reason });
    return parsed.ok ? parsed.value : undefined;
  }

  async function test(): Promise<void> {
    const entries = read();
    if (entries !== undefined) await tests.run(entries);
  }

  async function add(clash?: Clash): Promise<void> {
    const entries = read();
    if (entries === undefined) return;
    setAdding(true);
    const outcome = await onAdd(entries, clash);
    setAdding(false);
    if (outcome !== undefined && "taken" in outcome) return setTaken(outcome.taken);
    setFault(outcome?.fault);
    if (outcome !== undefined) return;
    setName("");
    setTarget("");
    setText("");
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    void add();
  }

  return (
    <form className={styles.add} onSubmit={submit}>
      <div className={styles.addHead}>
        <h3 className={styles.heading}>Add a server</h3>
        <Button kind="link" onClick={() => setJson(!json)}>
          {json ? "Use a form" : "Paste JSON"}
        </Button>
      </div>
      {json && (
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
      )}
      {asksName && (
        <div className={styles.fields}>
          <input
            className={form.input}
            aria-label="Name"
            placeholder="Name"
            value={name}
            spellCheck={false}
            onChange={(event) => setName(event.target.value)}
          />
          {!json && (
            <input
              className={form.input}
              aria-label="Command or address"
              placeholder="Command, or https://…"
              value={target}
              spellCheck={false}
              onChange={(event) => setTarget(event.target.value)}
            />
          )}
        </div>
      )}
      <FaultNote fault={fault} />
      <TestResults tests={tests} />
      {taken.length > 0 && (
        <div role="alert" className={styles.error}>
          <p>{existText(taken)}</p>
          <span className={form.actions}>
            <Button onClick={() => void add("replace")} busy={adding}>
              Replace
            </Button>
            <Button onClick={() => void add("keep-both")} busy={adding}>
              Keep both
            </Button>
          </span>
        </div>
      )}
      <div className={form.actions}>
        <Button kind="primary" type="submit" busy={adding || tests.busy}>
          {adding ? "Adding…" : "Add server"}
        </Button>
        <Button onClick={() => void test()} busy={adding || tests.busy}>
          {tests.busy ? "Testing…" : "Test"}
        </Button>
      </div>
    </form>
  );
}

function existText(taken: readonly string[]): string {
  const names = taken.map((name) => oneLine(name, 64)).join(", ");
  return taken.length === 1 ? `There is a server called ${names} already.` : `These servers exist already: ${names}.`;
}
