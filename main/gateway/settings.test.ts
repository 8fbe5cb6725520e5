/** Proves that the limits of history are changed without touching anything else in the file. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ask, type Home, startGateway, temporaryHome } from "../../test/support/gateway/running-gateway.ts";
import { prepareHomeFolder } from "../home/home-folder.ts";
import type { Gateway } from "./create-gateway.ts";
import { historyLimits, readSettings } from "./settings.ts";

let home: Home;
let gateway: Gateway;
let path: string;
beforeEach(async () => {
  home = temporaryHome();
  prepareHomeFolder(home.home);
  path = join(home.home.path, "settings.json");
  gateway = await startGateway(home);
});
afterEach(async () => {
  await gateway.dispose();
  home.remove();
});
const put = (body: object) => ask(gateway, "/api/v1/history-limits", { method: "PUT", body: JSON.stringify(body) });

it("a person's limits of history are kept, and what else the file says stays", async () => {
  expect((await ask(gateway, "/api/v1/history-limits")).json()).toEqual({ days: 90, megabytes: 2048 });
  writeFileSync(path, '{"access":{"query_tokens":false},"later":1}', { mode: 0o600 });
  expect((await put({ days: 7, megabytes: 100 })).status).toBe(200);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
    access: { query_tokens: false },
    later: 1,
    history: { days: 7, megabytes: 100 },
  });
  expect(readSettings(home.home, () => {}).history).toEqual({ maxAgeMs: 7 * 86_400_000, maxBytes: 100 * 1024 * 1024 });
});

it("limits that would keep nothing, and a damaged file, are refused and change nothing", async () => {
  for (const body of [{ days: 0, megabytes: 5 }, { days: 5, megabytes: 0 }, { days: "all" }]) {
    expect((await put(body)).status).toBe(400);
  }
  writeFileSync(path, "{ damaged", { mode: 0o600 });
  expect((await put({ days: 7, megabytes: 100 })).status).toBe(400);
  expect(readFileSync(path, "utf8")).toBe("{ damaged");
  expect(historyLimits(home.home).ok).toBe(false);
});
