/** The routes of a sign-in: begin and end it, and the page that the browser comes back to. */
import type { Hono } from "hono";
import { fault } from "../../../shared/protocol/fault.ts";
import type { SignIns } from "../upstream/oauth/sign-ins.ts";
import type { UpstreamServers } from "../upstream/upstream-servers.ts";
import { type Ctx, type Env, refuse } from "./route-kit.ts";

export interface SignInRoutesContext {
  signIns: SignIns;
  servers: UpstreamServers;
}

export const CALLBACK_PATH = "/oauth/callback";

/** Open to a browser, which has no token: the unguessable state of a sign-in that was begun here is what it must bring. */
export function addCallbackRoute(app: Hono<Env>, { signIns, servers }: SignInRoutesContext): void {
  app.get(CALLBACK_PATH, async (c) => {
    const { state, code, error, iss } = c.req.query();
    const done = await signIns.finish({
      ...(state !== undefined && { state }),
      ...(code !== undefined && { code }),
      ...(error !== undefined && { error }),
      ...(iss !== undefined && { iss }),
    });
    c.header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    c.header("referrer-policy", "no-referrer");
    c.header("cache-control", "no-store");
    if (!done.ok) return c.html(page("Not signed in", `${done.fault.message} ${done.fault.hint ?? ""}`), 400);
    servers.restart(done.value.server);
    return c.html(page("Signed in", `Signalbox is connected to “${done.value.server}”. You can close this page.`));
  });
}

export function addSignInRoutes(app: Hono<Env>, { signIns, servers }: SignInRoutesContext): void {
  const remote = (c: Ctx) => {
    const name = c.req.param("name") ?? "";
    const url = servers.address(name);
    return url === undefined ? undefined : { name, url };
  };
  const notRemote = (c: Ctx) =>
    refuse(c, 404, fault("no-such-server", "No remote server of this name is configured and enabled."));

  app.post("/servers/:name/sign-in", async (c) => {
    const server = remote(c);
    if (server === undefined) return notRemote(c);
    const begun = await signIns.begin(server.name, server.url);
    if (!begun.ok) return refuse(c, 409, begun.fault);
    if (begun.value.url === undefined) servers.restart(server.name);
    return c.json({ url: begun.value.url ?? null });
  });
  app.delete("/servers/:name/sign-in", (c) => {
    const server = remote(c);
    if (server === undefined) return notRemote(c);
    signIns.signOut(server.url);
    servers.restart(server.name);
    return c.body(null, 204);
  });
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);

const page = (
  title: string,
  text: string,
) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>
<style>:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}body{display:grid;place-content:center;min-height:90vh;text-align:center}</style>
<body><h1>${escaped(title)}</h1><p>${escaped(text)}</p></body></html>`;
