/** Tries servers before they are added, and says of each by its name whether it works. */
import { useState } from "react";
import { oneLine, visible } from "../../shared/text/visible.ts";
import { useServices } from "../shell/services.ts";
import type { Entries } from "./parse-servers.ts";
import styles from "./servers.module.css";

interface TestResult {
  name: string;
  /** Undefined while it is tried. */
  outcome: { ok: true; tools: number; notes: readonly string[] } | { ok: false; reason: string } | undefined;
}

export interface ServerTests {
  results: readonly TestResult[];
  busy: boolean;
  run: (entries: Entries) => Promise<void>;
  clear: () => void;
}

/** Each is a process: so many at a time. */
const AT_ONCE = 3;

export function useServerTests(): ServerTests {
  const { client } = useServices();
  const [results, setResults] = useState<readonly TestResult[]>([]);
  const [busy, setBusy] = useState(false);

  async function tryOne(name: string, entry: unknown): Promise<void> {
    const answer = await client.testServer(name, entry);
    const outcome: TestResult["outcome"] = !answer.ok
      ? { ok: false, reason: [answer.fault.message, answer.fault.hint].filter(Boolean).join(" ") }
      : answer.value.state === "ready"
        ? { ok: true, tools: answer.value.tools.length, notes: answer.value.notes ?? [] }
        : { ok: false, reason: answer.value.reason ?? "it gave no reason" };
    setResults((before) => before.map((item) => (item.name === name ? { name, outcome } : item)));
  }

  return {
    results,
    busy,
    clear: () => setResults([]),
    async run(entries) {
      const waiting = Object.entries(entries);
      setResults(waiting.map(([name]) => ({ name, outcome: undefined })));
      setBusy(true);
      const worker = async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await tryOne(...next);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      setBusy(false);
    },
  };
}

export function TestResults({ tests: { results } }: { tests: ServerTests }) {
  if (results.length === 0) return null;
  const alone = results.length === 1;
  return (
    <ul role="status" className={styles.tests}>
      {results.map(({ name, outcome }) => (
        <li key={name} className={outcome === undefined ? styles.none : outcome.ok ? styles.good : styles.badText}>
          {outcome === undefined ? `${oneLine(name, 64)}: testing…` : sentence(alone ? undefined : name, outcome)}
        </li>
      ))}
    </ul>
  );
}

function sentence(name: string | undefined, outcome: NonNullable<TestResult["outcome"]>): string {
  if (!outcome.ok)
    return `${name === undefined ? "Test failed" : `${oneLine(name, 64)} failed`}: ${visible(outcome.reason)}`;
  const tools = `${outcome.tools} ${outcome.tools === 1 ? "tool" : "tools"}`;
  const unused = outcome.notes.length === 0 ? "" : ` Not used: ${outcome.notes.map(visible).join("; ")}.`;
  return `${name === undefined ? "It works" : `${oneLine(name, 64)} works`}: ${tools}.${unused}`;
}
