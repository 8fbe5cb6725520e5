/** Proves on the wire that the page's files are served, and nothing that lies beside them, under any spelling. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { type GuardedGateway, startGuardedGateway } from "../support/gateway/guarded-gateway.ts";

let guarded: GuardedGateway;
let gateway: Gateway;
let port: string;
let raw: GuardedGateway["raw"];
beforeAll(async () => {
  guarded = await startGuardedGateway();
  ({ gateway, port, raw } = guarded);
});
afterAll(() => guarded.end());

describe("served files", () => {
  it.each([
    "/..%2f..%2fetc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%252f..%252fetc/passwd",
    "/..\\..\\etc\\passwd",
    "/assets/..%5c..%5cindex.html",
    "/assets/%00",
    "/assets/app-1a2b.js%00.png",
    "/assets/link.txt",
    "/../ui-secret/x.txt",
    "/..%2fui-secret/x.txt",
    "/assets/../../ui-secret/x.txt",
    "//etc/passwd",
    "/./index.html/",
    "/assets",
    "/assets/",
    "/unknown",
  ])("A19: %s is 404", async (path) => {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 (404|400)/);
    expect(answer).not.toMatch(/canary|root:/);
  });

  it.each([
    "/%61pi/v1/app",
    "/x/../api/v1/app",
    "/./api/v1/app",
    "/%2e/api/v1/app",
    "/x/%2e%2e/api/v1/app",
    "/pair/../api/v1/app",
    "//api/v1/app",
    "/api%2fv1/app",
    "/API/v1/app",
    "/metric%73",
    "/x/../metrics",
    "/a/%2e%2e/api/mcp/discovery",
  ])("A19: %s, another spelling of a path that needs a token, leads nowhere without one", async (path) => {
    for (const method of ["GET", "POST", "DELETE"]) {
      const answer = await raw(
        `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 (401|404|400|429)/);
      expect(answer).not.toMatch(/daemon|signalbox_/);
    }
  });

  it("the page's files are served with a policy that allows no inline script and no frame", async () => {
    const page = await fetch(`${gateway.url}/session/abc-1`);
    expect(page.status).toBe(200);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe-eval");
    const asset = await fetch(`${gateway.url}/assets/app-1a2b.js`);
    expect(asset.headers.get("cache-control")).toContain("immutable");
    expect(asset.headers.get("x-content-type-options")).toBe("nosniff");
  });
});
