/** Proves that the page fetches none of its code past the gate: a script of whoever took the gateway's port would be the page. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const RENDERER = resolve("renderer");
const sources = readdirSync(RENDERER, { recursive: true, encoding: "utf8" }).filter(
  (path) => /\.tsx?$/.test(path) && !path.includes(".test."),
);

it("P4: every dynamic import of the page stands within loadCode", () => {
  const found = sources.flatMap((path) => {
    const text = readFileSync(join(RENDERER, path), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    return [...text.matchAll(/(.{0,40})\bimport\(/gs)].map(([, before = ""]) => ({ path, before }));
  });
  expect(found.length).toBeGreaterThan(4);
  for (const { path, before } of found) expect(before, path).toMatch(/loadCode\(\(\) => $/);
});

it("P4: the page makes its requests and sockets in the files that take the token from the gate", () => {
  const makers = sources.filter((path) =>
    /\bfetch\(|new (WebSocket|EventSource|XMLHttpRequest|Worker|SharedWorker)\b|sendBeacon/.test(
      readFileSync(join(RENDERER, path), "utf8"),
    ),
  );
  expect(makers.map((path) => path.replaceAll("\\", "/")).sort()).toEqual([
    "gateway/gateway-client.ts",
    "gateway/gateway-gate.ts",
    "gateway/reconnecting-socket.ts",
    // Given the token by the client alone.
    "gateway/send-file.ts",
    // Trades a one-time code, before there is a token.
    "host/pairing.ts",
  ]);
  const senders = sources.filter((path) => readFileSync(join(RENDERER, path), "utf8").includes('send-file.ts"'));
  expect(senders.map((path) => path.replaceAll("\\", "/"))).toEqual(["gateway/gateway-client.ts"]);
});
