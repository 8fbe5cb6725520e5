/** Proves that the daemon's routes are closed to whoever does not know its key, and that docs/protocol.md lists exactly those that there are. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createDaemonRoutes, type RouteContext } from "../../main/daemon/endpoint/daemon-routes.ts";
import { CALLBACK_PATH } from "../../main/daemon/endpoint/sign-in-routes.ts";
import { routeRows } from "../../shared/protocol/routes.ts";

const nothing = { ok: false, fault: { code: "no", message: "no" } };
const routes = createDaemonRoutes({
  key: "the-key",
  health: () => ({ status: "ok" }),
  registry: { owner: () => "none", get: () => undefined, byToken: () => undefined },
  signIns: { finish: async () => nothing },
} as unknown as RouteContext);
const rows = [...new Set(routes.routes.flatMap(({ method, path }) => (method === "ALL" ? [] : [`${method} ${path}`])))];
/** Answered without a credential: liveness, and the page to which a sign-in comes back. */
const OPEN = ["GET /health", `GET ${CALLBACK_PATH}`];

describe("A44: the daemon's routes are closed by default", () => {
  it("has routes at all", () => expect(rows.length).toBeGreaterThan(20));

  it.each(rows)("%s", async (row) => {
    const [method = "", path = ""] = row.split(" ");
    const at = `http://127.0.0.1${path.replace(/:\w+/g, "x")}`;
    for (const headers of [{}, { authorization: "Bearer another" }]) {
      const { status } = await routes.request(at, { method, headers });
      if (OPEN.includes(row)) expect(status).not.toBe(401);
      else expect(status).toBe(401);
    }
  });

  it("and so is whatever it does not have", async () => {
    for (const path of ["/", "/new", "/session", "/session/x/new", "/sessions/", "/%73essions", "/mcp/x"]) {
      expect((await routes.request(`http://127.0.0.1${path}`)).status, path).toBe(401);
    }
  });
});

it("each route that the gateway passes on is one of the daemon's, by the same method", () => {
  const known = new Set(rows.map((row) => row.replace(/:\w+/g, ":")));
  for (const { method, passes } of routeRows) {
    if (passes !== undefined) expect(known).toContain(`${method} ${passes.replace(/:\w+/g, ":")}`);
  }
});

it("docs/protocol.md lists every route of the daemon, and no other", () => {
  const text = readFileSync("docs/protocol.md", "utf8");
  const surface = text.slice(text.indexOf("## The daemon's surface"), text.indexOf("\n### MCP\n"));
  const told = surface.split("\n").flatMap((line) => {
    const first = line.startsWith("|") ? (line.split("|")[1] ?? "") : "";
    return [...first.matchAll(/`([A-Z*]+ \/[^`]*)`/g)].map(([, name = ""]) => name.replace(/\{(\w+)\}/g, ":$1"));
  });
  /** Served beside the table: MCP, the terminal's upgrade, and the programs of a session. */
  const beside = [
    "POST /mcp",
    "GET /mcp",
    "DELETE /mcp",
    "GET /session/:id/terminal",
    "GET /tools",
    "* /session/:id/proxy/:port/*",
  ];
  expect(told.toSorted()).toEqual([...rows, ...beside].toSorted());
});
