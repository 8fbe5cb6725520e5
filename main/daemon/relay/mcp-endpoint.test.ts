/** Proves that a connection that has shown a good token is trusted with nothing more than that token. */
import { Agent, request } from "node:http";
import { afterEach, expect, it } from "vitest";
import { startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

let daemon: TestDaemon | undefined;
const connection = new Agent({ keepAlive: true, maxSockets: 1 });
afterEach(async () => {
  connection.destroy();
  await daemon?.stop();
  daemon = undefined;
});

it("A8: each request on a connection is judged by its own token, and a token opens nothing once its session has ended", async () => {
  const local = await startDaemon();
  daemon = local;
  const [first, second] = [await local.session(), await local.session()];
  const ports = new Set<number | undefined>();
  const ping = (authorization: string | undefined) =>
    new Promise<number | undefined>((resolve, reject) => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
      const headers = {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "content-length": body.length,
        ...(authorization !== undefined && { authorization }),
      };
      const sent = request(`${local.url}/mcp`, { method: "POST", agent: connection, headers }, (response) => {
        ports.add(response.socket.localPort);
        response.resume();
        response.once("end", () => resolve(response.statusCode));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  // A good token without an MCP session is 400; a bad one 401.
  const [a, b] = [`Bearer ${first.token}`, `Bearer ${second.token}`];
  const statuses: (number | undefined)[] = [];
  for (const token of [a, a, `${a}x`, undefined, a, b, a]) statuses.push(await ping(token));
  expect(statuses).toEqual([400, 400, 401, 401, 400, 400, 400]);
  await local.ask(`/session/${first.session_id}`, { method: "DELETE" });
  expect([await ping(a), await ping(b), await ping(a)]).toEqual([401, 400, 401]);
  expect(ports.size).toBe(1);
});
