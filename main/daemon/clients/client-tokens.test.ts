/** Proves that a client keeps the name that rules and permissions go by, whoever comes and goes beside it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { silentLog } from "../../home/create-log.ts";
import { definitionOf } from "../upstream/catalogue/known.ts";
import { createClientRoom } from "./client-room.ts";
import { openClientTokens } from "./client-tokens.ts";

let folder: string;
const undo: (() => void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-clients-"));
});
afterEach(() => {
  for (const step of undo.splice(0)) step();
  rmSync(folder, { recursive: true, force: true });
});

const checks = { schema: async () => undefined };
function start() {
  const tokens = openClientTokens(join(folder, "client-tokens.json"));
  const room = createClientRoom({ tokens, log: silentLog() });
  undo.push(room.dispose);
  const add = async (name: string) => {
    const made = await tokens.add({ name }, checks);
    if (!made.ok) throw new Error(made.fault.message);
    return made.value.client.id;
  };
  const servers = (...others: string[]) => room.source.list(new Set(others)).map(({ name }) => name);
  return { tokens, room, add, servers };
}

it("A62: a client's server keeps its name when another of the same name is revoked, and through a restart", async () => {
  const { tokens, add, servers } = start();
  const first = await add("Sheet");
  await add("Sheet");
  const third = await add("Other");
  expect(servers()).toEqual(["sheet", "sheet-2", "other"]);
  tokens.remove(first);
  // A rule for “sheet” is not theirs, and one for “sheet-2” still holds.
  expect(servers()).toEqual(["sheet-2", "other"]);
  expect(start().servers()).toEqual(["sheet-2", "other"]);
  tokens.rename(third, "Sheet");
  expect(servers()).toEqual(["sheet-2", "sheet"]);
  // A server of servers.json goes before, and moves nobody else.
  expect(servers("sheet-2")).toEqual(["sheet-2-2", "sheet"]);
});

it("names of an earlier version's file stay as that version told them", async () => {
  const { add } = start();
  for (const name of ["Sheet", "Sheet", "!"]) await add(name);
  const path = join(folder, "client-tokens.json");
  const file = JSON.parse(readFileSync(path, "utf8"));
  for (const client of file.clients) delete client.server;
  writeFileSync(path, JSON.stringify(file), { mode: 0o600 });
  expect(start().servers()).toEqual(["sheet", "sheet-2", "client"]);
});

it("A62: what was allowed or written for one client is none of another client's under its name", async () => {
  const { tokens, room, add } = start();
  const first = await add("Sheet");
  const before = room.source.list(new Set()).map(definitionOf);
  tokens.remove(first);
  await add("Sheet");
  const [now] = room.source.list(new Set());
  expect(now?.name).toBe("sheet");
  expect(before).not.toContain(now && definitionOf(now));
});
