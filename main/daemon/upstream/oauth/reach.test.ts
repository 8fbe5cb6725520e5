/** Proves that no remote server makes the daemon ask what is nearer to this machine than the server itself. */
import { expect, it } from "vitest";
import { distanceOf, whyNotAsk } from "./reach.ts";

const names: Record<string, string[]> = {
  "mcp.example": ["203.0.113.7"],
  "auth.example": ["203.0.113.9", "2001:db8::9"],
  "inside.example": ["203.0.113.9", "127.0.0.1"],
  "corp.internal": ["10.1.2.3"],
};
const ask = (server: string, target: string) =>
  whyNotAsk(new URL(server), new URL(target), async (host) => names[host] ?? Promise.reject(new Error("unknown")));

it.each([
  ["127.0.0.1", "this machine"],
  ["127.9.9.9", "this machine"],
  ["0.0.0.0", "this machine"],
  ["::1", "this machine"],
  ["::ffff:127.0.0.1", "this machine"],
  ["169.254.169.254", "this machine"],
  ["10.0.0.1", "private"],
  ["::ffff:192.168.1.1", "private"],
  ["fd00::1", "private"],
  ["172.32.0.1", "public"],
  ["2001:db8::1", "public"],
])("%s counts as %s", (address, distance) => expect(distanceOf(address)).toBe(distance));

it.each([
  ["https://mcp.example/mcp", "https://auth.example/x"],
  ["https://mcp.example/mcp", "https://mcp.example/.well-known/x"],
  ["http://127.0.0.1:1/mcp", "http://127.0.0.1:2/x"],
  ["http://corp.internal/mcp", "http://corp.internal:81/x"],
  ["http://10.0.0.2/mcp", "http://192.168.0.1/x"],
  ["https://mcp.example/mcp", "https://known-to-a-proxy.example/x"],
])("a server at %s may name %s", async (server, target) => expect(await ask(server, target)).toBeUndefined());

it.each([
  ["https://mcp.example/mcp", "http://auth.example/x"],
  ["https://mcp.example/mcp", "https://127.0.0.1/admin"],
  ["https://mcp.example/mcp", "https://127.0.0.1.:8443/admin"],
  ["https://mcp.example/mcp", "https://localhost/admin"],
  ["https://mcp.example/mcp", "https://a.localhost/admin"],
  ["https://mcp.example/mcp", "https://[::ffff:7f00:1]/admin"],
  ["https://mcp.example/mcp", "https://2130706433/admin"],
  ["https://mcp.example/mcp", "https://169.254.169.254/latest/meta-data"],
  ["https://mcp.example/mcp", "https://inside.example/admin"],
  ["https://mcp.example/mcp", "https://corp.internal/admin"],
  ["http://10.0.0.2/mcp", "http://127.0.0.1:9/admin"],
  ["https://mcp.example/mcp", "https://user:word@auth.example/x"],
  ["http://127.0.0.1:1/mcp", "file:///etc/passwd"],
])("a server at %s may not make the daemon ask %s", async (server, target) =>
  expect(await ask(server, target)).toBeTypeOf("string"),
);
