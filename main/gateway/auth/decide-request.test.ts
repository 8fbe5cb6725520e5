/** Proves the decisions on who gets in, as tables: a wrong row is a person's terminal in a stranger's hands. */
import { describe, expect, it } from "vitest";
import { type AccessRules, decideRequest, decideUpgrade, type RequestFacts } from "./decide-request.ts";

const TOKEN = "a".repeat(64);
const PORT = 54_400;
const rules: AccessRules = {
  port: PORT,
  allowedOrigins: ["signalbox-app://ui"],
  queryTokens: true,
  identify: (token) => (token === TOKEN ? { kind: "owner" } : undefined),
};
const facts = (change: Partial<RequestFacts> = {}): RequestFacts => ({
  method: "GET",
  target: "/api/v1/app",
  path: "/api/v1/app",
  query: new URLSearchParams(),
  hosts: [`127.0.0.1:${PORT}`],
  origins: [],
  authorization: [`Bearer ${TOKEN}`],
  protocols: [],
  ...change,
});
const status = (change: Partial<RequestFacts>) => {
  const decision = decideRequest(facts(change), rules);
  return decision.accept ? 200 : decision.refusal.status;
};
const PATHS = ["/api/v1/app", "/api/v1/health", "/", "/assets/x.js", "/pair", "/session/1", "/api/mcp/discovery"];

describe("the door", () => {
  it.each([
    "https://evil.test",
    "null",
    "http://localhost:1",
    `http://127.0.0.1:${PORT}.evil.test`,
    `https://127.0.0.1:${PORT}`,
    "http://127.0.0.1",
    `http://127.0.0.2:${PORT}`,
    `HTTP://127.0.0.1:${PORT}`,
    `http://user@127.0.0.1:${PORT}`,
    `http://127.0.0.1:${PORT}/`,
    "signalbox-app://ui.evil",
    "signalbox-app://UI",
    "file://",
    "",
  ])("A1: origin %j is refused on every route, even with the right token", (origin) => {
    for (const path of PATHS) expect(status({ origins: [origin], path, target: path }), path).toBe(403);
  });

  it("A1: two origins are refused, though both are ours", () => {
    const own = `http://127.0.0.1:${PORT}`;
    expect(status({ origins: [own, own] })).toBe(403);
  });

  it.each([`http://127.0.0.1:${PORT}`, `http://localhost:${PORT}`, `http://[::1]:${PORT}`, "signalbox-app://ui"])(
    "our own page at %s gets in, with a token and not without",
    (origin) => {
      expect(status({ origins: [origin] })).toBe(200);
      expect(status({ origins: [origin], authorization: [] })).toBe(401);
    },
  );

  it.each([
    `evil.test:${PORT}`,
    `127.0.0.1.:${PORT}`,
    `localhost.:${PORT}`,
    "127.0.0.1",
    "localhost",
    `127.0.0.1:${PORT + 1}`,
    `127.0.0.1:0${PORT}`,
    `127.1:${PORT}`,
    `2130706433:${PORT}`,
    `[::ffff:127.0.0.1]:${PORT}`,
    `LOCALHOST.:${PORT}`,
    `ſocalhost:${PORT}`,
    `K27.0.0.1:${PORT}`,
    `user@127.0.0.1:${PORT}`,
    `127.0.0.1:${PORT},evil.test`,
    "",
  ])("A3: host %j is refused on every route, static files and health included", (host) => {
    for (const path of PATHS) expect(status({ hosts: [host], path, target: path }), path).toBe(421);
  });

  it("A3: no host, two hosts and an absolute-form target are refused", () => {
    for (const path of PATHS) {
      expect(status({ hosts: [], path, target: path })).toBe(400);
      expect(status({ hosts: [`127.0.0.1:${PORT}`, `127.0.0.1:${PORT}`], path, target: path })).toBe(400);
      expect(status({ target: `http://127.0.0.1:${PORT}${path}`, path: `http://127.0.0.1:${PORT}${path}` })).toBe(400);
    }
    expect(status({ target: "*", path: "*" })).toBe(400);
  });
});

describe("the token", () => {
  it.each([
    [[]],
    [[""]],
    [["Bearer"]],
    [["Bearer "]],
    [[`Bearer ${TOKEN.slice(1)}`]],
    [[`Bearer ${TOKEN}a`]],
    [[`Bearer ${TOKEN} x`]],
    [[`Basic ${TOKEN}`]],
    [[TOKEN]],
    [[`Bearer ${"x".repeat(100_000)}`]],
    [[`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]],
    [["Bearer \u0000"]],
  ])("A8: authorization %j is 401, and no exception", (authorization) => {
    expect(status({ authorization })).toBe(401);
  });

  it("A8: a token that is given twice in the query, or empty, is 401", () => {
    for (const query of [`token=${TOKEN}&token=${TOKEN}`, "token=", "token[]=x", `TOKEN=${TOKEN}`]) {
      expect(status({ authorization: [], query: new URLSearchParams(query) }), query).toBe(401);
    }
  });

  it("takes the three places in their order: a bad header is not rescued by a good query", () => {
    const query = new URLSearchParams({ token: TOKEN });
    const bearer = `bearer.${TOKEN}`;
    expect(status({ authorization: [], query })).toBe(200);
    expect(status({ authorization: [], protocols: ["signalbox.v1", bearer] })).toBe(200);
    expect(status({ authorization: ["Bearer wrong"], query, protocols: [bearer] })).toBe(401);
    expect(status({ authorization: [], query, protocols: ["bearer.wrong"] })).toBe(401);
    const strict = decideRequest(facts({ authorization: [], query }), { ...rules, queryTokens: false });
    expect(strict.accept).toBe(false);
  });

  it("needs a token for everything but liveness, pairing and the files of the page", () => {
    for (const path of [
      "/api",
      "/api/",
      "/api/v1/app",
      "/api/v1/healthy",
      "/api/mcp/call",
      "/ws/app",
      "/metrics",
      "/api/v1/pairing",
    ]) {
      expect(status({ path, target: path, authorization: [] }), path).toBe(401);
    }
    for (const path of ["/api/v1/health", "/", "/assets/a.js"]) {
      expect(status({ path, target: path, authorization: [] }), path).toBe(200);
    }
    expect(status({ method: "POST", path: "/pair", target: "/pair", authorization: [] })).toBe(200);
  });
});

describe("upgrades", () => {
  const state = { knows: (session: string) => session === "known", daemonFound: true };
  const upgrade = (change: Partial<RequestFacts>, daemonFound = true) => {
    const decision = decideUpgrade(facts({ path: "/ws/mcp/events", ...change }), rules, { ...state, daemonFound });
    return decision.accept ? decision.value.upgrade : `${decision.refusal.status} ${decision.refusal.fault.message}`;
  };
  const query = (text: string) => new URLSearchParams(text);

  it("checks in the order that the protocol gives: door, token, session, its token, daemon", () => {
    const none = { query: query(""), authorization: [] };
    expect(upgrade({ ...none, hosts: ["evil"], origins: ["evil"] })).toMatch(/^421/);
    expect(upgrade({ ...none, origins: ["evil"] })).toMatch(/^403/);
    expect(upgrade(none, false)).toMatch(/^401/);
    expect(upgrade({ query: query("") }, false)).toBe("400 missing session_id");
    expect(upgrade({ query: query("session_id=other") }, false)).toBe("400 missing mcp_token");
    expect(upgrade({ query: query("session_id=other&mcp_token=t") }, false)).toBe("503 mcp daemon not discovered");
    expect(upgrade({ query: query("session_id=other&mcp_token=t") })).toMatchObject({ route: "events", mcpToken: "t" });
    expect(upgrade({ query: query("session_id=known") })).toMatchObject({ route: "events", session: "known" });
  });

  it("agrees on a protocol only when it was offered", () => {
    const at = query("session_id=known");
    expect(upgrade({ query: at, protocols: [] })).toMatchObject({ protocol: undefined });
    expect(upgrade({ query: at, protocols: ["construct.v1"] })).toMatchObject({ protocol: "construct.v1" });
    expect(upgrade({ query: at, protocols: ["construct.v1", "signalbox.v1"] })).toMatchObject({
      protocol: "signalbox.v1",
    });
    expect(upgrade({ query: at, protocols: ["other"] })).toMatchObject({ protocol: undefined });
  });

  it("reads numbers strictly", () => {
    expect(upgrade({ query: query("session_id=known&after=12") })).toMatchObject({ after: 12 });
    for (const after of ["-1", "1.5", "1e3", "x", "9".repeat(30)]) {
      expect(upgrade({ query: query(`session_id=known&after=${after}`) })).toMatchObject({ after: undefined });
    }
  });

  it("refuses what is no socket of ours", () => {
    expect(upgrade({ path: "/ws/other" })).toMatch(/^404/);
    expect(upgrade({ path: "/" })).toMatch(/^404/);
  });
});
