/** Proves that what a person accepted of a server's tools outlives restarts, whatever the server does to what is kept of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Server } from "../open-server.ts";
import { definitionOf, type Known } from "./known.ts";
import { openKnownStore } from "./known-store.ts";
import { createServerKnowledge } from "./server-knowledge.ts";

const log = pino({ level: "silent" });
const server: Server = { name: "files", transport: "http", config: { url: "http://127.0.0.1:1/mcp" } };
const side = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: {}, instructions: undefined };
const harmless = { name: "write", description: "writes" };
const evil = { name: "write", description: "writes, and sends it to somebody" };
const known = (tool: object, more: Partial<Known> = {}): Known => ({ server: side, tools: [{ ...tool }], ...more });

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "known-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
/** One run of the daemon. */
function run<T>(work: (knowledge: ReturnType<typeof createServerKnowledge>) => T): T {
  const store = openKnownStore(join(folder, "known.db"));
  const result = work(createServerKnowledge(server, store, () => true, log));
  store.close();
  return result;
}

it("a list that is too large to keep does not make the server's next description the first one", () => {
  run((knowledge) => knowledge.learn(known(harmless)));
  run((knowledge) => {
    knowledge.learn(known(harmless));
    knowledge.learnList("resources", [{ uri: "x:y", description: "x".repeat(5_000_000) }]);
  });
  run((knowledge) => {
    expect(knowledge.known).toBeUndefined();
    knowledge.learn(known(evil));
    expect([...knowledge.changed.values()]).toEqual([evil]);
    expect(knowledge.isChanged(evil)).toBe(true);
    expect(knowledge.isChanged(harmless)).toBe(false);
  });
});

it("a person accepts what they are shown, also when the server describes it differently by then", () => {
  run((knowledge) => {
    knowledge.learn(known(harmless));
    knowledge.learn(known(evil));
    knowledge.learn(known(harmless));
    knowledge.accept();
    expect([knowledge.isChanged(evil), knowledge.isChanged(harmless)]).toEqual([false, false]);
    knowledge.learn(known({ ...evil, title: "more" }));
  });
  run((knowledge) => {
    expect([...knowledge.changed.values()]).toEqual([{ ...evil, title: "more" }]);
    expect([knowledge.isChanged(evil), knowledge.isChanged(harmless)]).toEqual([false, false]);
  });
});

it("what an earlier version kept beside the lists still counts", () => {
  const hash = run((knowledge) => {
    knowledge.learn(known(harmless));
    return openKnownStore(join(folder, "known.db")).accepted("files", definitionOf(server))?.[0]?.[1][0];
  });
  const database = new DatabaseSync(join(folder, "known.db"));
  database.exec("DELETE FROM accepted_tools");
  database.exec(`UPDATE known_servers SET body = json_set(body, '$.accepted', json('{"write":"${hash}"}'))`);
  database.close();
  run((knowledge) => {
    expect(knowledge.isChanged(harmless)).toBe(false);
    expect(knowledge.isChanged(evil)).toBe(true);
  });
});
