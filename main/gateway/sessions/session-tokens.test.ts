/** Proves that the journal's file gives nobody a session's token, nor one that an earlier version wrote, and that the gateway still has it. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, it } from "vitest";
import { ask, eventClient, startGateway, temporaryHome } from "../../../test/support/gateway/running-gateway.ts";
import { startScriptedDaemon } from "../../../test/support/gateway/scripted-daemon.ts";
import { type HomeFolder, prepareHomeFolder } from "../../home/home-folder.ts";
import { createSealer } from "../../home/sealer.ts";
import { daemonKey } from "../../home/secrets.ts";
import { openDatabase } from "../journal/open-database.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
function newHome() {
  const home = temporaryHome();
  undo.push(home.remove);
  prepareHomeFolder(home.home);
  return home;
}
/** The bytes of all files of the home but the two secrets, those beside the journal included. */
const bytesOf = (home: HomeFolder): string =>
  readdirSync(home.path)
    .filter((name) => name.startsWith("journal.db"))
    .map((name) => readFileSync(join(home.path, name), "latin1"))
    .join();

/** What the journal's record holds, for who has the key. */
function storedToken(home: HomeFolder, id: string): string | undefined {
  const database = new DatabaseSync(home.database, { readOnly: true });
  const stored = database.prepare("SELECT record FROM sessions WHERE id = ?").get(id)?.record as string;
  database.close();
  return createSealer(daemonKey(home), "session tokens").open(JSON.parse(stored).mcp.token);
}

const record = (id: string, token: string) =>
  JSON.stringify({
    id,
    agent: "shell",
    agent_name: "Shell",
    label: "Before",
    cwd: "/",
    command: "sh",
    created_at: "2026-11-20T10:00:00Z",
    request: {},
    mcp: { own: true, session_id: id, token },
    terminal: { state: "gone" },
  });

it("A7: the token of a session is in no file of the journal, and is there again after a restart of the gateway", async () => {
  const home = newHome();
  const daemon = await startScriptedDaemon({ key: daemonKey(home.home) });
  undo.push(() => daemon.end());
  daemon.announce(home.home.discovery);
  let gateway = await startGateway(home);
  const made = await ask(gateway, "/api/v1/sessions", { method: "POST", body: '{"agent":"shell","cwd":"/"}' });
  const { id } = made.json() as { id: string };
  expect(bytesOf(home.home)).toContain(id);
  expect(bytesOf(home.home)).not.toContain("token-of-");
  await gateway.dispose();
  expect(bytesOf(home.home)).not.toContain("token-of-");
  const token = storedToken(home.home, id);
  expect(token).toMatch(/^token-of-/);
  gateway = await startGateway(home);
  undo.push(() => gateway.dispose());
  // Known by its token, so it is the session itself and no guest.
  const client = eventClient(gateway, id, `&mcp_token=${token}`);
  await client.until(() => client.statuses.length > 0);
  client.socket.terminate();
  expect(((await ask(gateway, "/api/v1/sessions")).json() as { sessions: unknown[] }).sessions).toHaveLength(1);
});

it("A7: tokens that an earlier version wrote leave the file, those of deleted sessions and of overwritten records too", async () => {
  const home = newHome();
  const path = home.home.database;
  const { database } = openDatabase(path);
  database.exec("DROP TABLE scrubbed");
  const insert = database.prepare("INSERT INTO sessions (id, record) VALUES (?, ?)");
  for (let n = 0; n < 200; n += 1) insert.run(`s-${n}`, record(`s-${n}`, `canary-token-${n}-`.padEnd(64, "f")));
  database.exec(
    "UPDATE sessions SET record = replace(record, 'canary-token', 'canary-later-token') WHERE number % 2 = 0",
  );
  database.exec("DELETE FROM sessions WHERE number > 20");
  database.close();
  expect(bytesOf(home.home)).toContain("canary-token-150-");

  let gateway = await startGateway(home);
  // What the journal answers after it was told to do so.
  await ask(gateway, "/api/v1/search?q=x");
  expect(bytesOf(home.home)).not.toContain("canary-");
  expect(((await ask(gateway, "/api/v1/sessions")).json() as { sessions: unknown[] }).sessions).toHaveLength(20);
  await gateway.dispose();
  expect(bytesOf(home.home)).not.toContain("canary-");

  // Sealed, and for Signalbox as good as before.
  expect(storedToken(home.home, "s-0")).toMatch(/^canary-/);

  // Without its key a journal is only history.
  rmSync(home.home.daemonKey);
  gateway = await startGateway(home);
  undo.push(() => gateway.dispose());
  expect(((await ask(gateway, "/api/v1/sessions")).json() as { sessions: unknown[] }).sessions).toHaveLength(20);
  expect(existsSync(path)).toBe(true);
});
