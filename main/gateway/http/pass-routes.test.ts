/** Proves that what the daemon itself answers is passed on with its key, and that nothing else of the client is. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, type Home, startGateway, temporaryHome } from "../../../test/support/gateway/running-gateway.ts";
import { type ScriptedDaemon, startScriptedDaemon } from "../../../test/support/gateway/scripted-daemon.ts";
import { prepareHomeFolder } from "../../home/home-folder.ts";
import { daemonKey } from "../../home/secrets.ts";
import type { Gateway } from "../create-gateway.ts";

let home: Home;
let daemon: ScriptedDaemon;
let gateway: Gateway;
beforeAll(async () => {
  home = temporaryHome();
  prepareHomeFolder(home.home);
  daemon = await startScriptedDaemon({ key: daemonKey(home.home) });
  daemon.announce(home.home.discovery);
  gateway = await startGateway(home);
  while (gateway.app().daemon.state !== "connected") await new Promise((resolve) => gateway.subscribe(resolve));
});
afterAll(async () => {
  await gateway.dispose();
  await daemon.end();
  home.remove();
});

it.each([
  ["GET", "/api/v1/outbox", "/outbox"],
  ["POST", "/api/v1/outbox/e%2F1/retry", "/outbox/e%2F1/retry"],
  ["DELETE", "/api/v1/outbox/e1", "/outbox/e1"],
  ["POST", "/api/v1/servers/notion/sign-in", "/servers/notion/sign-in"],
  ["DELETE", "/api/v1/servers/notion/sign-in", "/servers/notion/sign-in"],
  ["POST", "/api/v1/servers/notion/accept", "/servers/notion/accept"],
  ["GET", "/api/v1/servers/notion/log", "/servers/notion/log"],
  ["GET", "/api/v1/secrets", "/secrets"],
  ["PUT", "/api/v1/secrets/KEY", "/secrets/KEY"],
  ["GET", "/api/v1/tool-settings", "/tool-settings"],
  ["PUT", "/api/v1/tool-settings", "/tool-settings"],
  ["GET", "/api/v1/daemon/settings", "/settings"],
  ["PUT", "/api/v1/daemon/settings", "/settings"],
])("%s %s reaches the daemon as %s", async (method, path, target) => {
  const before = daemon.asked.length;
  const hasBody = method === "PUT" || method === "POST";
  await ask(gateway, path, { method, headers: { cookie: "c=1" }, ...(hasBody ? { body: '{"value":"x"}' } : {}) });
  const asked = daemon.asked.slice(before).filter(({ url }) => url !== "/events" && !url.startsWith("/health"));
  expect(asked).toMatchObject([{ method, url: target, body: hasBody ? '{"value":"x"}' : "" }]);
  expect(asked[0]?.headers.authorization).toBe(`Bearer ${daemonKey(home.home)}`);
  expect(asked[0]?.headers.cookie).toBeUndefined();
});

it("A6: a form cannot reach the daemon this way", async () => {
  const before = daemon.asked.length;
  const sent = await ask(gateway, "/api/v1/outbox/e1/retry", {
    method: "POST",
    body: "{}",
    headers: { "content-type": "text/plain" },
  });
  expect(sent.status).toBe(415);
  expect(daemon.asked.slice(before).filter(({ url }) => url !== "/events" && !url.startsWith("/health"))).toEqual([]);
});
