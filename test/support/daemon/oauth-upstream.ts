/** A remote MCP server with an authorization server of its own, in this process: PKCE checked, refresh tokens good once. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { listen } from "../listen.ts";

export interface OAuthUpstream {
  url: string;
  /** Access tokens issued so far. */
  issued: string[];
  refreshes: number;
  /** The current access token is no longer accepted. */
  expire(): void;
  /** Refresh tokens are no longer accepted either. */
  revoke(): void;
  /** Each request but those to the MCP endpoint: method, path, and what it brought. */
  asked: { line: string; authorization: string | undefined; body: string }[];
  /** May be changed between requests. */
  knobs: OAuthKnobs;
  close(): Promise<void>;
}

/** How this server differs from a plain one; each is laid over the answer that it would give. */
export interface OAuthKnobs {
  /** Authorization server that the resource's metadata names; this one by default. */
  authorizationServer?: string;
  metadata?: Record<string, unknown>;
  /** As servers of MCP 2025-03-26: it names no authorization server, and its own origin holds the metadata. */
  namesNone?: boolean;
  registration?: Record<string, unknown>;
  token?: Record<string, unknown>;
  /** Sends tokens as a form. */
  form?: boolean;
  /** Query of the redirect beside `code` and `state`. */
  redirect?: Record<string, string>;
  challenge?: string;
}

const readAll = async (request: IncomingMessage) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
};

export async function startOAuthUpstream(knobs: OAuthKnobs = {}): Promise<OAuthUpstream> {
  const codes = new Map<string, string>();
  const refreshTokens = new Set<string>();
  let valid = "";
  let count = 0;
  let base = "";
  const upstream: OAuthUpstream = {
    url: "",
    issued: [],
    refreshes: 0,
    asked: [],
    knobs,
    expire() {
      valid = "";
    },
    revoke: () => refreshTokens.clear(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const grant = () => {
    count += 1;
    valid = `access-token-${count}`;
    upstream.issued.push(valid);
    refreshTokens.add(`refresh-token-${count}`);
    return {
      access_token: valid,
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: `refresh-token-${count}`,
      ...knobs.token,
    };
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", base);
    const json = (status: number, value: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(value));
    };
    const tokens = (value: Record<string, unknown>) => {
      if (knobs.form !== true) return json(200, value);
      response.writeHead(200, { "content-type": "application/x-www-form-urlencoded" });
      return response.end(new URLSearchParams(value as Record<string, string>).toString());
    };
    const body = await readAll(request);
    if (url.pathname !== "/mcp") {
      const { authorization } = request.headers;
      upstream.asked.push({ line: `${request.method} ${url.pathname}`, authorization, body });
    }
    switch (url.pathname) {
      case "/.well-known/oauth-protected-resource":
        if (knobs.namesNone === true) break;
        return json(200, { resource: `${base}/mcp`, authorization_servers: [knobs.authorizationServer ?? base] });
      case "/.well-known/oauth-authorization-server":
        return json(200, {
          issuer: base,
          authorization_endpoint: `${base}/authorize`,
          token_endpoint: `${base}/token`,
          registration_endpoint: `${base}/register`,
          response_types_supported: ["code"],
          code_challenge_methods_supported: ["S256"],
          token_endpoint_auth_methods_supported: ["none"],
          ...knobs.metadata,
        });
      case "/register":
        return json(201, { ...(JSON.parse(body) as object), client_id: "client-1", ...knobs.registration });
      case "/authorize": {
        codes.set("the-code", url.searchParams.get("code_challenge") ?? "");
        const back = new URL(url.searchParams.get("redirect_uri") ?? "");
        back.searchParams.set("code", "the-code");
        back.searchParams.set("state", url.searchParams.get("state") ?? "");
        for (const [name, value] of Object.entries(knobs.redirect ?? {})) back.searchParams.set(name, value);
        return response.writeHead(302, { location: back.href }).end();
      }
      case "/token": {
        const form = new URLSearchParams(body);
        if (form.get("grant_type") === "refresh_token") {
          upstream.refreshes += 1;
          if (!refreshTokens.delete(form.get("refresh_token") ?? "")) return json(400, { error: "invalid_grant" });
          return tokens(grant());
        }
        const challenge = createHash("sha256")
          .update(form.get("code_verifier") ?? "")
          .digest("base64url");
        if (codes.get(form.get("code") ?? "") !== challenge) return json(400, { error: "invalid_grant" });
        codes.delete(form.get("code") ?? "");
        return tokens(grant());
      }
    }
    if (url.pathname !== "/mcp") return response.writeHead(404).end();
    if (valid === "" || request.headers.authorization !== `Bearer ${valid}`) {
      return json(
        401,
        {},
        {
          "www-authenticate":
            knobs.challenge ??
            (knobs.namesNone === true ? "Bearer" : undefined) ??
            `Bearer resource_metadata="${base}/.well-known/oauth-protected-resource"`,
        },
      );
    }
    if (request.method !== "POST") return response.writeHead(405).end();
    const { id, method, params } = JSON.parse(body) as {
      id?: number;
      method: string;
      params?: { protocolVersion?: string };
    };
    if (id === undefined) return response.writeHead(202).end();
    const results: Record<string, object> = {
      initialize: {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: "remote", version: "1" },
      },
      "tools/list": { tools: [{ name: "work", inputSchema: { type: "object" } }] },
    };
    return json(200, {
      jsonrpc: "2.0",
      id,
      result: results[method] ?? { content: [{ type: "text", text: `with ${valid}` }] },
    });
  });
  base = await listen(server);
  upstream.url = `${base}/mcp`;
  return upstream;
}
