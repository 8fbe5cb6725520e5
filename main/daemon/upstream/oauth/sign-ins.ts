/**
 * Owns signing in to remote servers: authorization code with PKCE and a loopback redirect (MCP 2025-11-25, authorization;
 * RFC 8252). A person begins it; the daemon never opens a browser, and agents never hold the tokens.
 */
import { randomBytes } from "node:crypto";
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { failed, ok, type Result } from "../../../../shared/protocol/fault.ts";
import type { Log } from "../../../home/create-log.ts";
import type { OAuthStore } from "./oauth-store.ts";

/** A sign-in that was begun and not finished is forgotten after this long, or when there are too many. */
const PENDING_MS = 10 * 60_000;
const MAX_PENDING = 32;

export interface SignIns {
  /** The access token for this server, if somebody signed in. */
  bearer(url: string): string | undefined;
  /** After a 401 or 403 to a request with `used`: whether there is now another token to try. Never asks a person. */
  renew(url: string, used: string | undefined, status: number, challenge: string | undefined): Promise<boolean>;
  /** Gives the address that a person must open; undefined when a stored token could be renewed instead. */
  begin(server: string, url: string): Promise<Result<{ url: string | undefined }>>;
  /** The browser came back. Gives the server's name. */
  finish(answer: { state?: string; code?: string; error?: string }): Promise<Result<{ server: string }>>;
  signOut(url: string): void;
}

interface Pending {
  server: string;
  url: string;
  verifier: string;
  begunAt: number;
}

/** A client that a person registered by hand, as servers.json names it. */
export interface ConfiguredClient {
  clientId: string;
  clientSecret?: string | undefined;
  scope?: string | undefined;
}

export interface SignInsOptions {
  store: OAuthStore;
  clientFor: (url: string) => ConfiguredClient | undefined;
  /** Known once the daemon listens. */
  redirectUrl: () => string;
  log: Log;
  clock?: () => number;
}

export function createSignIns(options: SignInsOptions): SignIns {
  const { store, clientFor, redirectUrl, log, clock = () => performance.now() } = options;
  const pending = new Map<string, Pending>();
  /** What a server last said about how to sign in. */
  const challenges = new Map<string, string>();
  const renewing = new Map<string, Promise<boolean>>();

  const provider = (
    url: string,
    attempt: { state: string; verifier: string; address?: string; asks: boolean },
  ): OAuthClientProvider => ({
    redirectUrl: redirectUrl(),
    clientMetadata: {
      client_name: "Signalbox",
      redirect_uris: [redirectUrl()],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      ...(clientFor(url)?.scope !== undefined && { scope: clientFor(url)?.scope }),
    },
    state: () => attempt.state,
    clientInformation() {
      const own = clientFor(url);
      if (own !== undefined) {
        const { clientId, clientSecret } = own;
        return { client_id: clientId, ...(clientSecret !== undefined && { client_secret: clientSecret }) };
      }
      const { client, redirect } = store.get(url);
      // A registration for another port cannot receive a new code; for a renewal it is the right one.
      return attempt.asks && redirect !== redirectUrl() ? undefined : client;
    },
    saveClientInformation(client) {
      if (clientFor(url) === undefined) store.update(url, { client: { ...client }, redirect: redirectUrl() });
    },
    tokens: () => store.get(url).tokens,
    saveTokens: (tokens) => store.update(url, { tokens: { ...tokens } }),
    redirectToAuthorization(address) {
      attempt.address = address.href;
    },
    saveCodeVerifier(verifier) {
      attempt.verifier = verifier;
    },
    codeVerifier: () => attempt.verifier,
    invalidateCredentials(scope) {
      if (scope === "all" || scope === "tokens") store.update(url, { tokens: undefined });
      if (scope === "all" || scope === "client") store.update(url, { client: undefined, redirect: undefined });
    },
  });
  const authorise = async (url: string, attempt: Parameters<typeof provider>[1], code?: string) => {
    // Loaded only where somebody signs in: it is the largest library here.
    const { auth, extractWWWAuthenticateParams } = await import("@modelcontextprotocol/sdk/client/auth.js");
    const challenge = challenges.get(url);
    const said =
      challenge === undefined
        ? {}
        : extractWWWAuthenticateParams(new Response(null, { headers: { "www-authenticate": challenge } }));
    return auth(provider(url, attempt), {
      serverUrl: url,
      ...(code !== undefined && { authorizationCode: code }),
      ...(said.scope !== undefined && { scope: said.scope }),
      ...(said.resourceMetadataUrl !== undefined && { resourceMetadataUrl: said.resourceMetadataUrl }),
    });
  };
  const renewNow = async (url: string): Promise<boolean> => {
    if (store.get(url).tokens?.refresh_token === undefined) return false;
    try {
      return (await authorise(url, { state: "", verifier: "", asks: false })) === "AUTHORIZED";
    } catch (error) {
      log.warn({ error, server: url }, "a token could not be renewed");
      return false;
    }
  };

  return {
    bearer: (url) => store.get(url).tokens?.access_token,
    async renew(url, used, status, challenge) {
      if (challenge !== undefined) challenges.set(url, challenge);
      const now = store.get(url).tokens?.access_token;
      // Somebody else has renewed it in the meantime.
      if (now !== undefined && now !== used) return true;
      // Another permission is wanted, which only a person can give.
      if (status !== 401) return false;
      // One at a time: a refresh token is often good for one use.
      const running = renewing.get(url) ?? renewNow(url).finally(() => renewing.delete(url));
      renewing.set(url, running);
      return running;
    },
    async begin(server, url) {
      for (const [state, { begunAt }] of pending) {
        if (clock() - begunAt > PENDING_MS || pending.size >= MAX_PENDING) pending.delete(state);
      }
      const attempt: Parameters<typeof provider>[1] = {
        state: randomBytes(32).toString("hex"),
        verifier: "",
        asks: true,
      };
      try {
        const outcome = await authorise(url, attempt);
        if (outcome === "AUTHORIZED") return ok({ url: undefined });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return failed("sign-in-failed", `The server does not let Signalbox begin a sign-in: ${reason}`);
      }
      // It is opened by a browser on the person's behalf: nothing but a web address may be.
      if (attempt.address === undefined || !/^https?:\/\//i.test(attempt.address)) {
        return failed("sign-in-failed", "The server named no address to sign in at.");
      }
      pending.set(attempt.state, { server, url, verifier: attempt.verifier, begunAt: clock() });
      return ok({ url: attempt.address });
    },
    async finish({ state, code, error }) {
      const found = state === undefined ? undefined : pending.get(state);
      if (found === undefined || state === undefined || clock() - found.begunAt > PENDING_MS) {
        return failed(
          "sign-in-unknown",
          "This sign-in is not known, or it took too long.",
          "Begin it again in Signalbox.",
        );
      }
      pending.delete(state);
      if (code === undefined)
        return failed("sign-in-failed", `The sign-in was refused: ${error ?? "no reason was given"}.`);
      try {
        await authorise(found.url, { state, verifier: found.verifier, asks: false }, code);
        return ok({ server: found.server });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        return failed(
          "sign-in-failed",
          `The sign-in could not be completed: ${reason}`,
          "Begin it again in Signalbox.",
        );
      }
    },
    signOut: (url) => store.update(url, { tokens: undefined, client: undefined, redirect: undefined }),
  };
}
