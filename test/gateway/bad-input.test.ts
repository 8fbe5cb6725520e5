/** Proves that nothing that a client with a token can send is a failure of ours: no exception, no 500, always the coded shape. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { createLog } from "../../main/home/create-log.ts";
import { prepareHomeFolder } from "../../main/home/home-folder.ts";
import { daemonKey } from "../../main/home/secrets.ts";
import { ask, type Home, socketTo, startGateway, temporaryHome } from "../support/gateway/running-gateway.ts";
import { startScriptedDaemon } from "../support/gateway/scripted-daemon.ts";

const LONG = process.env.SIGNALBOX_LONG === "1";
let home: Home;
let gateway: Gateway;
let session: string;
let logFile: string;
const undo: (() => unknown)[] = [];
const escaped: unknown[] = [];
const onRejection = (reason: unknown) => void escaped.push(reason);
beforeAll(async () => {
  home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove);
  const daemon = await startScriptedDaemon({ key: daemonKey(home.home) });
  daemon.announce(home.home.discovery);
  undo.push(daemon.end);
  logFile = join(home.home.logs, "test.log");
  gateway = await startGateway(home, { log: createLog({ name: "test", file: logFile }) });
  undo.push(gateway.dispose);
  const made = await ask(gateway, "/api/v1/sessions", { method: "POST", body: '{"agent":"shell","cwd":"/"}' });
  session = (made.json() as { id: string }).id;
  process.on("unhandledRejection", onRejection);
});
afterAll(async () => {
  process.off("unhandledRejection", onRejection);
  for (const step of undo.reverse()) await step();
});

const odd = fc.oneof(
  fc.constantFrom(
    "",
    "\0",
    "a\0b",
    "__proto__",
    "constructor",
    "..",
    "../..",
    "%",
    "%00",
    "%E0%A4%A",
    "ä𝄞\u202e",
    "'\"<script>",
  ),
  fc.constantFrom(
    "-1",
    "1e99",
    "NaN",
    "null",
    "/",
    "/etc",
    "\\",
    "0",
    "9007199254740993",
    "[]",
    "{}",
    "sh",
    "x".repeat(3000),
  ),
  fc.string({ maxLength: 20 }),
);
const KEYS =
  "agent cwd label command args env servers cols rows resume name scope config mcpServers days megabytes path force template";
const key = fc.oneof(fc.constantFrom(...KEYS.split(" ")), odd);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    odd,
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("any"), { maxLength: 3 }),
  object: fc.dictionary(key, tie("any"), { maxKeys: 5 }),
}));
const body = fc.oneof(
  { weight: 6, arbitrary: value.object.map((object) => JSON.stringify({ agent: "shell", ...(object as object) })) },
  { weight: 2, arbitrary: value.any.map((any) => JSON.stringify(any)) },
  { weight: 1, arbitrary: fc.constantFrom("{", "", "[", "\0") },
);
/** `$` stands for anything, `@` for a session that there is. */
const PATHS =
  `/api/v1/sessions /api/v1/sessions/$ /api/v1/sessions/@/calls /api/v1/sessions/@/events /api/v1/sessions/@/turns
/api/v1/sessions/@/export /api/v1/sessions/@/restart /api/v1/sessions/@/tool-settings /api/v1/sessions/$/calls /api/v1/devices/$
/api/v1/pairing /pair /api/v1/servers /api/v1/servers/$/log /api/v1/servers/$/restart /api/v1/servers/test /api/v1/folders
/api/v1/search /api/v1/history-limits /api/v1/open /api/v1/proof /api/v1/outbox/$/retry /api/v1/secrets/$ /api/v1/tool-settings
/api/mcp/session /api/mcp/call /api/mcp/session/$/events /api/mcp/servers/test /$ /assets/$`.split(/\s+/);
const NAMES = [
  "after",
  "limit",
  "before",
  "format",
  "q",
  "path",
  "nonce",
  "session_id",
  "mcp_token",
  "cwd",
  "tool",
  "cols",
  "rows",
];
const query = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), odd), { maxLength: 4 })
  .map((pairs) => pairs.map(([name, text]) => `${name}=${encode(text)}`).join("&"));
const request = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE"),
  path: fc.tuple(fc.constantFrom(...PATHS), odd).map(([path, text]) => path.replace("$", encode(text))),
  query,
  body,
});

/** A text of half a character has no encoding, and dots alone are resolved before they are sent. */
const encode = (text: string): string => encodeURIComponent(text.toWellFormed().replace(/^\.+$/, "dots"));

it("no request, whatever it is made of, is answered with a failure of ours", async () => {
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, query, body }) => {
      const init = method === "GET" ? { method } : { method, body };
      const answer = await ask(gateway, `${path.replace("@", session)}?${query}`, init);
      // 502 and 503 tell of the daemon.
      expect([500, 501], `${method} ${path}?${query} ${body}: ${answer.text}`).not.toContain(answer.status);
      if (answer.status >= 400 && !path.startsWith("/api/mcp/")) {
        expect(answer.json()).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } });
      }
      expect(answer.text).not.toMatch(/\bat .*\.ts:\d|node:internal/);
    }),
    { numRuns: LONG ? 5_000 : 400 },
  );
  expect((await ask(gateway, "/api/v1/app")).status).toBe(200);
});

it("no socket, whatever it asks for and sends, ends more than itself", async () => {
  const frame = fc.oneof(
    value.any.map((any) => JSON.stringify(any)),
    fc.uint8Array({ maxLength: 50 }),
  );
  const socket = fc.record({
    path: fc.constantFrom("/ws/app", "/ws/mcp/events", "/ws/terminal"),
    protocol: fc.constantFrom("signalbox.v1", "construct.v1"),
    query,
    frames: fc.array(frame, { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(socket, async ({ path, protocol, query, frames }) => {
      const client = socketTo(gateway, `${path}?${query}`, protocol);
      await new Promise<void>((resolve) => {
        client.on("error", () => resolve());
        client.on("close", () => resolve());
        client.on("open", () => {
          for (const data of frames) client.send(data);
          client.on("pong", () => resolve());
          client.ping();
        });
      });
      client.terminate();
    }),
    { numRuns: LONG ? 1_000 : 60 },
  );
  expect((await ask(gateway, "/api/v1/app")).status).toBe(200);
  expect(escaped).toEqual([]);
  const failures = readFileSync(logFile, "utf8")
    .split("\n")
    .filter((line) => /"level":[56]0/.test(line));
  expect(failures).toEqual([]);
});
