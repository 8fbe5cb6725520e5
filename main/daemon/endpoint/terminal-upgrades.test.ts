/** Proves who gets a terminal's socket, and that bytes go through it from the first one on. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

let daemon: TestDaemon;
let session: { session_id: string; token: string };
beforeAll(async () => {
  daemon = await startDaemon();
  session = await daemon.session();
  const body = { command: "/bin/cat", args: [], env: {}, cwd: "/tmp", cols: 80, rows: 24 };
  await daemon.ask(`/session/${session.session_id}/terminal`, { method: "POST", body });
});
afterAll(() => daemon.stop());

const open = (path: string, headers: Record<string, string>, protocols = ["signalbox.v1"]) =>
  new WebSocket(daemon.url.replace("http", "ws") + path, protocols, { headers });
const refusal = (path: string, headers: Record<string, string>) =>
  new Promise<number>((resolve, reject) => {
    const socket = open(path, headers);
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.on("open", () => reject(new Error("it was let in")));
    socket.on("error", () => {});
  });

describe("a terminal's socket", () => {
  it("A1, A32: is refused before the upgrade: a web page, a session's token, no token, a session that is none", async () => {
    const path = `/session/${session.session_id}/terminal`;
    const key = { authorization: `Bearer ${daemon.key}` };
    expect(await refusal(path, { ...key, origin: "https://evil.test" })).toBe(403);
    expect(await refusal(path, { ...key, host: "evil.test" })).toBe(421);
    expect(await refusal(path, { authorization: `Bearer ${session.token}` })).toBe(401);
    expect(await refusal(path, {})).toBe(401);
    expect(await refusal("/session/nothing/terminal", key)).toBe(404);
    expect(await refusal("/session/..%2f/terminal", key)).toBe(404);
    expect(await refusal("/events", key)).toBe(404);
  });

  it("P10: speaks the protocol that was offered, and takes keys typed in the very tick in which it opens", async () => {
    const socket = open(`/session/${session.session_id}/terminal?cols=80&rows=24`, {
      authorization: `Bearer ${daemon.key}`,
    });
    let seen = "";
    const echoed = new Promise<void>((resolve) => {
      // In the snapshot or after it: the echo may be there before either.
      socket.on("message", (data) => {
        seen += String(data);
        if (seen.includes("typed at once")) resolve();
      });
    });
    socket.once("open", () => socket.send(Buffer.from("typed at once\r")));
    await echoed;
    expect(socket.protocol).toBe("signalbox.v1");
    socket.close();
  });
});
