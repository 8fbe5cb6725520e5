/** Proves that what the gateway serves is closed by default, and that docs/protocol.md lists exactly the routes that there are. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AccessRules, decideRequest, decideUpgrade } from "../../main/gateway/auth/decide-request.ts";
import type { Identity } from "../../main/gateway/auth/identity.ts";
import { routeRows } from "../../shared/protocol/routes.ts";

const PORT = 54_400;
const rules = (identity?: Identity): AccessRules => ({
  port: PORT,
  allowedOrigins: [],
  queryTokens: true,
  identify: (token) => (token === "good" ? identity : undefined),
});
const facts = (method: string, path: string, token?: string) => ({
  method,
  path,
  target: path,
  query: new URLSearchParams(),
  hosts: [`127.0.0.1:${PORT}`],
  origins: [],
  authorization: token === undefined ? [] : [`Bearer ${token}`],
  protocols: [],
});
const concrete = (path: string) => path.replace(/:\w+/g, "x").replace("*", "x");
const methods = (method: string) => (method === "*" ? ["GET", "POST", "OPTIONS"] : [method]);
/** What anybody may have: the page, liveness, the proof of who we are, and pairing. Each new row here is a decision. */
const OPEN = [
  "GET /",
  "GET /index.html",
  "GET /assets/*",
  "GET /session",
  "GET /session/*",
  "GET /settings",
  "GET /settings/*",
  "GET /inbox",
  "GET /inbox/*",
  "GET /history",
  "GET /history/*",
  "GET /api/v1/health",
  "GET /api/v1/proof",
  "POST /pair",
];
const mayPass = (method: string, path: string) =>
  OPEN.some((name) => {
    const [wanted, ...rest] = name.split(" ");
    const row = rest.join(" ");
    return (
      (wanted === method || (wanted === "GET" && method === "HEAD")) &&
      (row.endsWith("/*") ? path.startsWith(row.slice(0, -1)) : path === row)
    );
  });

describe("A44: routes are closed by default", () => {
  it("only these rows ask nothing of their client", () => {
    expect(routeRows.filter(({ needs }) => needs === "nothing").map(({ name }) => name)).toEqual(OPEN);
  });

  it.each(routeRows.filter(({ needs }) => needs !== "nothing"))("$name is refused without a token", (row) => {
    for (const method of methods(row.method)) {
      for (const token of [undefined, "wrong"]) {
        const decision = decideRequest(facts(method, concrete(row.path), token), rules());
        expect(decision).toMatchObject({ accept: false, refusal: { status: 401 } });
        const upgrade = decideUpgrade(facts("GET", concrete(row.path), token), rules(), {
          knows: () => true,
          daemonFound: true,
        });
        expect(upgrade).toMatchObject({ accept: false, refusal: { status: 401 } });
      }
    }
  });

  it("whatever the method and the path, only what is listed as open passes without a token", () => {
    const segment = fc.constantFrom(
      ...["", "api", "v1", "app", "ws", "tools", "metrics", "s", "pair", "assets", "session", "new", "preview", ".."],
      ...["%61pi", "index.html", "API", "health", "proof", "%2e%2e", "mcp"],
    );
    const path = fc.array(segment, { maxLength: 6 }).map((parts) => `/${parts.join("/")}`);
    const method = fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW");
    fc.assert(
      fc.property(method, path, (asked, at) => {
        const decision = decideRequest(facts(asked, at), rules());
        if (!mayPass(asked, at)) expect(decision).toMatchObject({ accept: false });
        else expect(decision).toMatchObject({ accept: true, value: { identity: undefined } });
      }),
      { numRuns: 2_000 },
    );
  });

  it("a client opens no socket for which it lacks the capability", () => {
    const state = { knows: () => true, daemonFound: true };
    const client: Identity = { kind: "client", id: "c", capabilities: ["tools:*"] };
    for (const { name, path, needs, by } of routeRows) {
      if (by !== "socket") continue;
      const decision = decideUpgrade(facts("GET", path, "good"), rules(client), state);
      // Decided by the token alone, at a door of its own (main/gateway/clients/).
      if (needs === "tools") continue;

      expect(decision, name).toMatchObject({
        accept: false,
        refusal: { status: 403, fault: { code: "not-allowed" } },
      });
    }
  });
});

interface Documented {
  name: string;
  needs: string;
  rest: string;
}

/** Rows of the tables about the gateway whose first cell names routes, each with its method. */
function documented(): Documented[] {
  const text = readFileSync("docs/protocol.md", "utf8");
  const gateway = text.slice(text.indexOf("\n## The gateway"));
  return gateway.split("\n").flatMap((line) => {
    const [, first = "", needs = "", rest = ""] = line
      .replaceAll("\\|", "¦")
      .split("|")
      .map((cell) => cell.trim());
    const names = [...first.matchAll(/`([A-Z*]+ \/[^`?]*)[^`]*`/g)].map(([, name = ""]) => name);
    return names.map((name) => ({ name: name.replace(/\{(\w+)\}/g, ":$1"), needs, rest }));
  });
}

describe("docs/protocol.md", () => {
  it("lists every route of the gateway with what it needs, and no other", () => {
    const told = new Map(documented().map(({ name, needs }) => [name, needs]));
    expect(Object.fromEntries([...told].sort())).toEqual(
      Object.fromEntries(routeRows.map(({ name, needs }) => [name, needs] as const).sort()),
    );
  });

  it("says where each route that is passed on goes", () => {
    const told = new Map(documented().map(({ name, rest }) => [name, rest]));
    for (const { name, passes } of routeRows) {
      const daemon = /^`(\/[^`]*)`/.exec(told.get(name) ?? "")?.[1]?.replace(/\{(\w+)\}/g, ":$1");
      if (passes !== undefined) expect(daemon, name).toBe(passes);
      else expect(daemon, name).toBeUndefined();
    }
  });
});
