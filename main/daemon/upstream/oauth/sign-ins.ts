/**
 * Signs in to remote servers: authorization code with PKCE and a loopback redirect (MCP 2025-11-25, authorization;
 * RFC 8252). A person begins it; the daemon never opens a browser, and agents never hold the tokens. One attempt belongs to
 * one authorization server, from its first question to its last.
 */
import { randomBytes } from "node:crypto";
import type { OAuthClientProvider, OAuthDiscoveryState } from "@modelcontextprotocol/sdk/client/auth.js";
import { failed, ok, type Result } from "../../../../shared/protocol/fault.ts";
import type { Log } from "../../../home/create-log.ts";
import { createCarefulFetch, SignInRefusal } from "./careful-fetch.ts";
import { type IssuerFacts, isAtOrigin, isOwnMetadata, isSameServer, whyNotFrom } from "./check-issuer.ts";
import type { ClientRegistration, Discovery, OAuthStore } from "./oauth-store.ts";

/** A sign-in that was begun and not finished is forgotten after this long, or when there are too many. */
const PENDING_MS = 10 * 60_000;
const MAX_PENDING = 32;
/** Servers whose last challenge is remembered, by their address. */
const MAX_CHALLENGES = 256;

export interface SignIns {
  /** The access token for this server, if somebody signed in. */
  bearer(url: string): string | undefined;
  /** After a 401 or 403 to a request with `used`: whether there is now another token to try. Never asks a person. */
  renew(url: string, used: string | undefined, status: number, challenge: string | undefined): Promise<boolean>;
  /** Gives the address that a person must open; undefined when a stored token could be renewed instead. */
  begin(server: string, url: string): Promise<Result<{ url: string | undefined }>>;
  /** The browser came back. Gives the server's name. */
  finish(answer: SignInAnswer): Promise<Result<{ server: string }>>;
  signOut(url: string): void;
}

/** Query of the redirect (RFC 6749 section 4.1.2; `iss`: RFC 9207). */
export interface SignInAnswer {
  state?: string;
  code?: string;
  error?: string;
  iss?: string;
}

/** A client that a person registered by hand, as servers.json names it. */
export interface ConfiguredClient {
  clientId: string;
  clientSecret?: string | undefined;
  scope?: string | undefined;
  /** The authorization server that it is registered at; no other one is sent its secret. */
  issuer?: string | undefined;
}

export interface SignInsOptions {
  store: OAuthStore;
  clientFor: (url: string) => ConfiguredClient | undefined;
  /** Known once the daemon listens. */
  redirectUrl: () => string;
  log: Log;
  clock?: () => number;
  /** Awaited before anything is asked by https. */
  certificates?: () => Promise<void>;
}

/** What one attempt holds, in memory until it succeeds. A failed one leaves what was kept as it was. */
interface Attempt {
  url: string;
  state: string;
  verifier: string;
  address?: string;
  /** Undefined until this attempt has found its authorization server; kept for its second half. */
  discovery?: Discovery;
  client?: ClientRegistration;
  issuer: IssuerFacts;
  /** Whether a person asked. Only then may servers be looked for and a client be registered. */
  asked: boolean;
}

interface Pending {
  server: string;
  begunAt: number;
  attempt: Attempt;
}

interface Challenge {
  header: string | undefined;
  status: number;
}

export function createSignIns(options: SignInsOptions): SignIns {
  const { store, clientFor, redirectUrl, log, clock = () => performance.now() } = options;
  const { certificates = async () => {} } = options;
  const pending = new Map<string, Pending>();
  /** What a server last said about how to sign in. */
  const challenges = new Map<string, Challenge>();
  const renewing = new Map<string, Promise<boolean>>();

  /** A client that a person configured is bound to the server that they named, else to the first that took it. */
  const boundTo = (url: string): string | undefined => {
    const own = clientFor(url);
    return own === undefined ? undefined : (own.issuer ?? store.get(url).discovery?.authorizationServerUrl);
  };
  const clientOf = (attempt: Attempt): ClientRegistration | undefined => {
    const own = clientFor(attempt.url);
    if (own !== undefined) {
      const issuer = boundTo(attempt.url);
      return {
        client_id: own.clientId,
        ...(own.clientSecret !== undefined && { client_secret: own.clientSecret }),
        ...(issuer !== undefined && { issuer }),
      };
    }
    if (attempt.client !== undefined) return attempt.client;
    const { client, redirect } = store.get(attempt.url);
    // A registration for another port cannot receive a new code; for a renewal it is the right one.
    return attempt.asked && redirect !== redirectUrl() ? undefined : client;
  };
  const keep = (attempt: Attempt, tokens: { access_token: string; token_type: string }) => {
    const registered = clientFor(attempt.url) === undefined ? attempt.client : undefined;
    store.update(attempt.url, {
      tokens: { ...tokens },
      ...(attempt.discovery !== undefined && { discovery: attempt.discovery }),
      ...(registered !== undefined && { client: registered, redirect: redirectUrl() }),
    });
  };
  const provider = (attempt: Attempt): OAuthClientProvider => ({
    redirectUrl: redirectUrl(),
    clientMetadata: {
      client_name: "Signalbox",
      redirect_uris: [redirectUrl()],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      // OpenID Connect Registration section 2: without it a loopback redirect over http may be refused.
      ...{ application_type: "native" },
      ...(clientFor(attempt.url)?.scope !== undefined && { scope: clientFor(attempt.url)?.scope }),
    },
    state: () => attempt.state,
    clientInformation: () => clientOf(attempt),
    // Where it is missing, the SDK registers nobody.
    ...(attempt.asked &&
      clientFor(attempt.url) === undefined && {
        saveClientInformation(client: ClientRegistration) {
          attempt.client = { ...client };
        },
      }),
    // One that could be renewed was renewed before a person is asked.
    tokens: () => (attempt.asked ? undefined : store.get(attempt.url).tokens),
    saveTokens: (tokens) => keep(attempt, tokens),
    redirectToAuthorization(address) {
      attempt.address = address.href;
    },
    saveCodeVerifier(verifier) {
      attempt.verifier = verifier;
    },
    codeVerifier: () => attempt.verifier,
    discoveryState: () => attempt.discovery as OAuthDiscoveryState | undefined,
    saveDiscoveryState(found) {
      const { authorizationServerUrl, authorizationServerMetadata } = found;
      const issuer = authorizationServerMetadata?.issuer;
      const isOwn = issuer === undefined || isOwnMetadata(authorizationServerUrl, issuer);
      // A server of MCP 2025-03-26 names none: its own origin then says which one there speaks for it.
      const isNamed = found.resourceMetadata !== undefined;
      if (!isOwn && (isNamed || !isAtOrigin(authorizationServerUrl, issuer))) {
        throw new SignInRefusal(
          `the metadata of the authorization server ${authorizationServerUrl} is that of another one, ${issuer}`,
        );
      }
      const bound = boundTo(attempt.url);
      if (bound !== undefined && !isSameServer(bound, authorizationServerUrl)) {
        throw new SignInRefusal(
          `the server now names the authorization server ${authorizationServerUrl}, and the configured client belongs to ${bound}; sign out first if the new one is right`,
        );
      }
      attempt.issuer = { issuer, promised: attempt.issuer.promised };
      attempt.discovery = { ...found };
    },
    invalidateCredentials(scope) {
      // A refused attempt of a person is begun again by a person; only a refused renewal says that tokens are worthless.
      if (attempt.asked) return;
      if (scope === "all" || scope === "tokens") store.update(attempt.url, { tokens: undefined });
      if (scope === "all" || scope === "client") {
        store.update(attempt.url, { client: undefined, redirect: undefined });
      }
    },
  });
  const authorise = async (attempt: Attempt, code?: string) => {
    const { url } = attempt;
    // Loaded only where somebody signs in: it is the largest library here.
    await certificates();
    const { auth, extractWWWAuthenticateParams } = await import("@modelcontextprotocol/sdk/client/auth.js");
    const header = attempt.asked ? challenges.get(url)?.header : undefined;
    const said =
      header === undefined
        ? {}
        : extractWWWAuthenticateParams(new Response(null, { headers: { "www-authenticate": header } }));
    const metadataUrl = said.resourceMetadataUrl;
    return auth(provider(attempt), {
      serverUrl: url,
      fetchFn: createCarefulFetch({
        server: url,
        redirectUrl: redirectUrl(),
        onMetadata: (metadata) => {
          // Read here because the SDK's schema of OpenID configurations drops it.
          const promised = metadata.authorization_response_iss_parameter_supported === true;
          attempt.issuer = { ...attempt.issuer, promised };
        },
      }),
      ...(code !== undefined && { authorizationCode: code }),
      ...(said.scope !== undefined && { scope: said.scope }),
      // A server's metadata lies at the server (RFC 9728 section 3). Elsewhere it would be an address of its choice.
      ...(metadataUrl?.origin === new URL(url).origin && { resourceMetadataUrl: metadataUrl }),
    });
  };
  const newAttempt = (url: string, asked: boolean): Attempt => {
    const { discovery } = asked ? {} : store.get(url);
    return {
      url,
      state: asked ? randomBytes(32).toString("hex") : "",
      verifier: "",
      asked,
      issuer: { issuer: undefined, promised: false },
      ...(discovery !== undefined && { discovery }),
    };
  };
  const renewNow = async (url: string): Promise<boolean> => {
    if (store.get(url).tokens?.refresh_token === undefined) return false;
    try {
      return (await authorise(newAttempt(url, false))) === "AUTHORIZED";
    } catch (error) {
      log.warn({ reason: sentenceOf(error), server: url }, "a token could not be renewed");
      return false;
    }
  };
  /** One at a time: a refresh token is often good for one use. */
  const renewOnce = (url: string): Promise<boolean> => {
    const running = renewing.get(url) ?? renewNow(url).finally(() => renewing.delete(url));
    renewing.set(url, running);
    return running;
  };
  const remember = (url: string, challenge: Challenge) => {
    challenges.delete(url);
    challenges.set(url, challenge);
    for (const oldest of challenges.keys()) {
      if (challenges.size <= MAX_CHALLENGES) break;
      challenges.delete(oldest);
    }
  };

  return {
    bearer: (url) => store.get(url).tokens?.access_token,
    async renew(url, used, status, challenge) {
      remember(url, { header: challenge ?? challenges.get(url)?.header, status });
      const now = store.get(url).tokens?.access_token;
      // Somebody else has renewed it in the meantime.
      if (now !== undefined && now !== used) return true;
      // Another permission is wanted, which only a person can give.
      return status === 401 && renewOnce(url);
    },
    async begin(server, url) {
      for (const [state, { begunAt }] of pending) {
        if (clock() - begunAt > PENDING_MS || pending.size >= MAX_PENDING) pending.delete(state);
      }
      // A new token of the same permission does not help where more permission is wanted.
      if (challenges.get(url)?.status !== 403 && (await renewOnce(url))) return ok({ url: undefined });
      const attempt = newAttempt(url, true);
      try {
        await authorise(attempt);
      } catch (error) {
        return failed("sign-in-failed", `The server does not let Signalbox begin a sign-in: ${sentenceOf(error)}.`);
      }
      // It is opened by a browser on the person's behalf: nothing but a web address may be.
      if (attempt.address === undefined || !/^https?:\/\//i.test(attempt.address)) {
        return failed("sign-in-failed", "The server named no address to sign in at.");
      }
      pending.set(attempt.state, { server, attempt, begunAt: clock() });
      return ok({ url: attempt.address });
    },
    async finish({ state, code, error, iss }) {
      const found = state === undefined ? undefined : pending.get(state);
      if (found === undefined || state === undefined || clock() - found.begunAt > PENDING_MS) {
        return failed(
          "sign-in-unknown",
          "This sign-in is not known, or it took too long.",
          "Begin it again in Signalbox.",
        );
      }
      pending.delete(state);
      const { attempt, server } = found;
      // Before anything of the answer is used or shown: a stranger may have written it.
      const foreign = whyNotFrom(attempt.issuer, iss);
      if (foreign !== undefined) {
        return failed(
          "sign-in-failed",
          `The sign-in was not completed: ${foreign}.`,
          "Begin it again in Signalbox. If this happens again, the server may be trying to deceive you.",
        );
      }
      if (code === undefined)
        return failed("sign-in-failed", `The sign-in was refused: ${error ?? "no reason was given"}.`);
      try {
        await authorise(attempt, code);
        challenges.delete(attempt.url);
        return ok({ server });
      } catch (cause) {
        return failed(
          "sign-in-failed",
          `The sign-in could not be completed: ${sentenceOf(cause)}.`,
          "Begin it again in Signalbox.",
        );
      }
    },
    signOut: (url) =>
      store.update(url, { tokens: undefined, client: undefined, redirect: undefined, discovery: undefined }),
  };
}

/** What a person reads of a failure, without a full stop: never a validator's text. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return "the reason is not known";
  if (error.name === "ZodError" || error instanceof SyntaxError) {
    return "its authorization server answered in a form that is not OAuth 2";
  }
  return error.message.replace(/\.$/, "");
}
