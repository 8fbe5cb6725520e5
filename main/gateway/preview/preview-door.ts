/** Serves previews: decides who may use one, then passes requests and sockets to its program through the daemon. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Exposure } from "../../../shared/protocol/preview-api.ts";
import { isProxyRefusal, PROXY_HEADER } from "../../../shared/protocol/preview-proxy.ts";
import { BEARER_SUBPROTOCOL_PREFIX, CLOSE } from "../../../shared/protocol/wire.ts";
import type { Log } from "../../home/create-log.ts";
import { forwardRequest } from "../../wire/forward-request.ts";
import { forwardUpgrade, type Splice } from "../../wire/forward-upgrade.ts";
import { endToEnd, valuesOf, without } from "../../wire/hop-headers.ts";
import { refuseUpgrade } from "../../wire/refuse-upgrade.ts";
import { readCredential } from "../auth/credential.ts";
import { type Identity, may } from "../auth/identity.ts";
import { requestFacts } from "../auth/request-facts.ts";
import type { LiveSession } from "../sessions/live-session.ts";
import { chooseExposure } from "./choose-exposure.ts";
import { decideVisit } from "./decide-visit.ts";
import { ENTER_PATH } from "./grant-address.ts";
import type { Entry, PreviewAccess, Visitor } from "./preview-access.ts";
import type { PreviewAddress, PreviewNames } from "./preview-names.ts";
import { digitsPage, type PreviewRefusal, previewRefusal, refusePreview } from "./preview-pages.ts";
import { createPreviewTraffic } from "./preview-traffic.ts";
import type { Previews } from "./previews.ts";
import { answerHeaders, cookieValues, PREVIEW_COOKIE, requestHeaders } from "./rewrite-headers.ts";

export interface PreviewDoor {
  /** The preview that a request's Host names; undefined for every other host. */
  addressed(request: IncomingMessage): PreviewAddress | undefined;
  /** A request or upgrade at a preview's own origin. `admitted` is called once the client may enter. */
  request(request: IncomingMessage, response: ServerResponse, address: PreviewAddress, admitted: () => void): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, address: PreviewAddress, admitted: () => void): void;
  /** Below the gateway's own address, `/s/<session>/…`, for a client that showed a token. */
  requestByPath(request: IncomingMessage, response: ServerResponse, identity: Identity): void;
  upgradeByPath(request: IncomingMessage, socket: Duplex, head: Buffer, identity: Identity): void;
  /** Ends what goes to a session that is gone. */
  endSession(session: string): void;
  /** Ends what these opened. */
  end(whose: (identity: Identity) => boolean): void;
  dispose(): void;
}

export interface PreviewDoorOptions {
  get: (session: string) => LiveSession | undefined;
  previews: Previews;
  access: PreviewAccess;
  names: PreviewNames;
  /** Port of the gateway itself. */
  port: number;
  log: Log;
}

/** Paths at a preview's origin that are ours and never the program's. */
const SHARE = /^\/\.signalbox\/share\/([A-Za-z0-9_-]{20,64})$/;
const MAX_FORM_BYTES = 1_024;

/** Where a request goes, and how what comes back is shown. */
interface Route {
  session: LiveSession;
  port: number;
  /** What the program is asked for, byte for byte. */
  target: string;
  entry: Entry;
  /** Below the gateway's own address. */
  byPath: boolean;
  drop: { authorization: boolean; bearerProtocol: boolean };
}

export function createPreviewDoor(options: PreviewDoorOptions): PreviewDoor {
  const { get, previews, access, names, log } = options;
  const traffic = createPreviewTraffic(access.isOver, { code: CLOSE.tokenRevoked, reason: "the link has ended" });
  access.onEnd((whose) => traffic.end(whose, CLOSE.tokenRevoked, "access to this preview has ended"));
  const handshakes = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 1024,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  const exposures = (session: LiveSession): readonly Exposure[] => session.record.exposures ?? [];

  function originsOf(session: LiveSession): Map<string, number> {
    const origins = new Map<string, number>();
    for (const { port } of exposures(session)) {
      const origin = names.origin({ session: session.record.id, port });
      if (origin !== undefined) origins.set(origin, port);
    }
    return origins;
  }

  /** Turns the origins of the session's previews, and the gateway's own, into those that its programs know. */
  const localOrigins = ({ session, port, byPath }: Route) => {
    const origins = originsOf(session);
    return (origin: string): string | undefined => {
      const local = origins.get(origin.toLowerCase());
      if (local !== undefined) return `http://localhost:${local}`;
      const own = byPath && new RegExp(`^http://(?:127\\.0\\.0\\.1|localhost|\\[::1\\]):${options.port}$`).test(origin);
      return own ? `http://localhost:${port}` : undefined;
    };
  };

  function headersFor(request: IncomingMessage, route: Route, daemon: { base: string; key: string }): string[] {
    const socket = request.socket;
    return requestHeaders(endToEnd(request.rawHeaders), {
      port: route.port,
      daemonKey: daemon.key,
      daemonHost: daemon.base.replace("http://", ""),
      forwarded: {
        host: request.headers.host ?? "",
        proto: names.sources.startsWith("https:") && !route.byPath ? "https" : "http",
        client: socket.remoteAddress ?? "127.0.0.1",
      },
      localOrigin: localOrigins(route),
      drop: route.drop,
    });
  }

  const rewriteAnswer = ({ session, byPath }: Route, request: IncomingMessage) => {
    const ports = new Set(exposures(session).map(({ port }) => port));
    return (headers: string[]) =>
      answerHeaders(headers, {
        previewOrigin: (port) => (ports.has(port) ? names.origin({ session: session.record.id, port }) : undefined),
        sandboxed: byPath,
        browser: request.headers["sec-fetch-site"] !== undefined,
      });
  };

  const targetOf = (route: Route) =>
    `/session/${route.session.record.terminal_session}/proxy/${route.port}${route.target}`;

  /** What fails here must end this one request and nothing else. */
  const guard = (work: Promise<void>, client: { destroy(): unknown }): void => {
    work.catch((error: unknown) => {
      log.error({ error }, "a request of a preview failed");
      client.destroy();
    });
  };

  async function pass(request: IncomingMessage, response: ServerResponse, route: Route): Promise<void> {
    const { session, port, byPath } = route;
    const refuse = (code: PreviewRefusal) => refusePreview(request, response, code, port, byPath);
    traffic.track(route.entry, () => response.destroy(), response);
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const daemon = await previews.reach(session.record, gone.signal);
    if (response.destroyed) return;
    if (daemon === undefined) return refuse("no-daemon");
    const { base, agent } = daemon.reach;
    forwardRequest(request, response, {
      target: targetOf(route),
      via: { agent },
      headers: headersFor(request, route, { base, key: daemon.client.key ?? "" }),
      head(_status, headers) {
        const [own] = valuesOf(headers, PROXY_HEADER);
        if (!isProxyRefusal(own)) return rewriteAnswer(route, request)(headers);
        // The daemon began again and has not been told yet.
        if (own === "no-such-session" || own === "not-exposed") previews.forget(session.record);
        setImmediate(refuse, own === "unauthorized" ? "no-daemon" : own);
        return undefined;
      },
      // The daemon itself is meant: its program's faults have a name.
      failed: (fault) => refuse(fault === "timeout" ? "timeout" : "no-daemon"),
    });
  }

  /** A browser learns no status of a refused handshake, so it is completed and closed with a code. */
  function closeWith(request: IncomingMessage, socket: Duplex, head: Buffer, code: number, reason: string): void {
    if (socket.destroyed) return;
    handshakes.handleUpgrade(request, socket, head, (client) => {
      client.on("error", () => client.terminate());
      client.close(code, reason);
      setTimeout(() => client.terminate(), 500).unref();
    });
  }

  async function passUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, route: Route): Promise<void> {
    const { session, drop } = route;
    const fail = (code: number, reason: string) => closeWith(request, socket, head, code, reason);
    const gone = new AbortController();
    const leave = () => gone.abort();
    socket.once("close", leave);
    // Access may end while the daemon is waited for.
    let splice: Splice | undefined;
    let ended: { code: number; reason: string } | undefined;
    const end = (code: number, reason: string) => {
      ended = { code, reason };
      if (splice !== undefined) splice.close(code, reason);
      else leave();
    };
    traffic.track(route.entry, end, socket);
    const daemon = await previews.reach(session.record, gone.signal);
    socket.off("close", leave);
    if (socket.destroyed) return;
    if (ended !== undefined) return fail(ended.code, ended.reason);
    if (daemon === undefined) return fail(CLOSE.backendFailed, "the daemon is not connected");
    const { reach } = daemon;
    const offered = valuesOf(request.rawHeaders, "sec-websocket-protocol").flatMap((line) =>
      line.split(",").map((item) => item.trim()),
    );
    const bearers = offered.filter((item) => item.startsWith(BEARER_SUBPROTOCOL_PREFIX));
    splice = forwardUpgrade(request, socket, head, {
      target: targetOf(route),
      via: { createConnection: () => reach.connect() },
      headers: headersFor(request, route, { base: reach.base, key: daemon.client.key ?? "" }),
      accepted(headers) {
        const passed = without(headers, PROXY_HEADER);
        const chosen = valuesOf(passed, "sec-websocket-protocol").length > 0;
        // A browser that offered nothing else gives up where nothing is chosen.
        if (!chosen && drop.bearerProtocol && bearers.length === offered.length) {
          passed.push("Sec-WebSocket-Protocol", bearers[0] ?? "");
        }
        return passed;
      },
      refused(_status, headers) {
        const [own] = valuesOf(headers, PROXY_HEADER);
        if (!isProxyRefusal(own)) return rewriteAnswer(route, request)(headers);
        if (own === "no-such-session" || own === "not-exposed") previews.forget(session.record);
        if (own === "not-exposed" || own === "other-user") fail(CLOSE.notExposed, "the port is not exposed");
        else if (own === "no-such-session") fail(CLOSE.noSuchSession, "no such session");
        else
          fail(
            CLOSE.backendFailed,
            previewRefusal(own === "unauthorized" ? "no-daemon" : own, route.port).fault.message,
          );
        return undefined;
      },
      failed: () => fail(CLOSE.backendFailed, "the daemon cannot be reached"),
      brokenCode: CLOSE.backendFailed,
    });
  }

  /** Whom the cookie of this request lets in here. */
  function visitorOf(request: IncomingMessage, address: PreviewAddress): Entry | undefined {
    const [cookie, another] = cookieValues(valuesOf(request.rawHeaders, "cookie"));
    return cookie === undefined || another !== undefined ? undefined : access.find(address, cookie);
  }

  type Visit = { route: Route } | { refusal: PreviewRefusal };

  function visit(request: IncomingMessage, address: PreviewAddress): Visit {
    const entry = visitorOf(request, address);
    // Whoever has no access does not learn which sessions there are.
    if (entry === undefined) return { refusal: "sign-in-needed" };
    const session = get(address.session);
    if (session === undefined) return { refusal: "no-such-session" };
    if (!exposures(session).some(({ port }) => port === address.port)) return { refusal: "not-exposed" };
    const own = names.origin(address) ?? "";
    if (!decideVisit(requestFacts(request), request.headers, own, new Set(originsOf(session).keys()))) {
      return { refusal: "foreign-origin" };
    }
    const drop = { authorization: false, bearerProtocol: false };
    return { route: { session, port: address.port, target: request.url ?? "/", entry, byPath: false, drop } };
  }

  function signIn(response: ServerResponse, cookie: string, path: string): void {
    response.writeHead(303, {
      location: path,
      // Partitioned: the preview stands inside the gateway's page, which is another site to the browser (CHIPS).
      "set-cookie": `${PREVIEW_COOKIE}=${cookie}; Path=/; HttpOnly; Secure; SameSite=None; Partitioned`,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    });
    response.end();
  }

  async function serveShare(
    request: IncomingMessage,
    response: ServerResponse,
    address: PreviewAddress,
    token: string,
  ) {
    let digits: string | undefined;
    if (request.method === "POST") {
      const form = await readForm(request);
      if (response.destroyed) return;
      digits = form?.get("digits")?.trim() ?? "";
    }
    const outcome = access.enterShare(address, token, digits);
    if (outcome.outcome === "entered") return signIn(response, outcome.cookie, "/");
    if (outcome.outcome === "wants-digits") return digitsPage(response, outcome.wrong);
    refusePreview(request, response, "link-gone", address.port, false);
  }

  type ByPath = { route: Route } | { refusal: PreviewRefusal; port: number } | { redirect: string };

  /** `strip`: the original form of sockets, in which `ws/` stands before the path. */
  function byPath(request: IncomingMessage, identity: Identity, socket: boolean): ByPath {
    const facts = requestFacts(request);
    const [, id = "", rest] = /^\/s\/([A-Za-z0-9-]{1,64})(\/.*)?$/s.exec(facts.path) ?? [];
    const session = get(id);
    if (session === undefined) return { refusal: "no-such-session", port: 0 };
    if (rest === undefined) return { redirect: `/s/${id}/` };
    const path = socket && rest.startsWith("/ws/") ? rest.slice(3) : rest;
    const exposure = chooseExposure(path, exposures(session));
    if (exposure === undefined) return { refusal: "not-exposed", port: 0 };
    // A worker would outlive the page that could start it, and answer for the gateway.
    if (request.headers["service-worker"] !== undefined) return { refusal: "foreign-origin", port: 0 };
    const credential = readCredential(facts);
    const mark = facts.target.indexOf("?");
    let query = mark < 0 ? "" : facts.target.slice(mark);
    if (credential?.place === "query") query = withoutToken(query);
    const visitor: Visitor = { by: "identity", identity };
    return {
      route: {
        session,
        port: exposure.port,
        target: path + query,
        entry: { session: id, port: exposure.port, visitor },
        byPath: true,
        drop: {
          authorization: credential?.place === "header",
          bearerProtocol: credential?.place === "subprotocol",
        },
      },
    };
  }

  return {
    addressed(request) {
      const [host, another] = valuesOf(request.rawHeaders, "host");
      return host === undefined || another !== undefined ? undefined : names.read(host);
    },
    request(request, response, address, admitted) {
      const url = request.url ?? "/";
      if (!url.startsWith("/")) return refusePreview(request, response, "bad-path", address.port, false);
      const path = url.split("?", 1)[0] ?? "/";
      if (path === ENTER_PATH && request.method === "GET") {
        const query = new URLSearchParams(url.slice(path.length));
        const entered = access.enter(address, query.get("grant") ?? "");
        if (entered === undefined) return refusePreview(request, response, "sign-in-needed", address.port, false);
        return signIn(response, entered.cookie, localPath(query.get("to")));
      }
      const [, token] = SHARE.exec(path) ?? [];
      if (token !== undefined) return guard(serveShare(request, response, address, token), response);
      const found = visit(request, address);
      if ("refusal" in found) return refusePreview(request, response, found.refusal, address.port, false);
      admitted();
      guard(pass(request, response, found.route), response);
    },
    upgrade(request, socket, head, address, admitted) {
      const found = visit(request, address);
      if ("refusal" in found) {
        const { refusal } = found;
        if (refusal === "no-such-session") {
          return closeWith(request, socket, head, CLOSE.noSuchSession, "no such session");
        }
        if (refusal === "not-exposed")
          return closeWith(request, socket, head, CLOSE.notExposed, "the port is not exposed");
        const { status, fault } = previewRefusal(refusal, address.port);
        return refuseUpgrade(socket, status, fault);
      }
      admitted();
      guard(passUpgrade(request, socket, head, found.route), socket);
    },
    requestByPath(request, response, identity) {
      if (!may(identity, "act")) throw new Error("a client that may only watch is refused before");
      const found = byPath(request, identity, false);
      if ("redirect" in found) {
        response.writeHead(308, { location: found.redirect, "content-security-policy": "sandbox" });
        response.end();
      } else if ("refusal" in found) refusePreview(request, response, found.refusal, found.port, true);
      else guard(pass(request, response, found.route), response);
    },
    upgradeByPath(request, socket, head, identity) {
      const found = byPath(request, identity, true);
      if ("route" in found) guard(passUpgrade(request, socket, head, found.route), socket);
      else if ("refusal" in found && found.refusal === "not-exposed") {
        closeWith(request, socket, head, CLOSE.notExposed, "the port is not exposed");
      } else closeWith(request, socket, head, CLOSE.noSuchSession, "no such session");
    },
    endSession(session) {
      const whose = (entry: Entry) => entry.session === session;
      traffic.end(whose, CLOSE.noSuchSession, "the session has ended");
      access.end(whose);
    },
    end(whose) {
      access.end(({ visitor }) => visitor.by === "identity" && whose(visitor.identity));
    },
    dispose() {
      traffic.dispose();
      handshakes.close();
      log.debug("previews closed");
    },
  };
}

/** A path of this origin; anything that a browser could take for another host becomes `/`. */
const localPath = (text: string | null): string =>
  text !== null && /^\/(?![/\\])[\x21-\x7e]*$/.test(text) ? text : "/";

/** The query without `token`, every other byte as it was. */
function withoutToken(query: string): string {
  const rest = query
    .slice(1)
    .split("&")
    .filter((part) => decodedName(part) !== "token");
  return rest.length === 0 ? "" : `?${rest.join("&")}`;
}

function decodedName(part: string): string {
  return [...new URLSearchParams(part).keys()][0] ?? "";
}

/** Undefined for a form that is too long, or that did not come to its end. */
function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  return new Promise((resolve) => {
    let text = "";
    request.on("data", (chunk: Buffer) => {
      // What comes after that is read and thrown away, so that the answer is heard.
      if (text.length <= MAX_FORM_BYTES) text += chunk.toString("latin1");
      if (text.length > MAX_FORM_BYTES) resolve(undefined);
    });
    request.on("end", () => resolve(new URLSearchParams(text)));
    request.on("error", () => resolve(undefined));
    request.on("close", () => resolve(undefined));
  });
}
