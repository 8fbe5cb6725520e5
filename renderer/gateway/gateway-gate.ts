/** The gate that every request and socket of the page passes: the token goes to nobody that has not proved to be this gateway. */

import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { DEVICE_NAME_LENGTH, deviceNameText, portOf, proofText } from "../../shared/protocol/proof.ts";
import type { Connection } from "../host/host.ts";

/** The only way to the page's token: whoever sends it has taken it from here. */
export interface GatewayGate {
  /** `http://127.0.0.1:<port>`, or the page's own origin. */
  readonly url: string;
  /** The token, where it may be sent now without asking again. */
  tokenNow(): string | undefined;
  /**
   * The token, once the other side has proved itself. Faults: `gateway-unreachable`; `stranger`, when what answers cannot prove
   * it; `unknown-device`, when it says that it does not know this token; `no-proof-here`, when this browser cannot check one.
   */
  token(): Promise<Result<string>>;
  /** Resolves once the other side has proved itself, now or when somebody else asks again. */
  proven(): Promise<void>;
  /** A socket of the page is open: while one is, the port cannot have changed hands. Gives what to call when it has closed: whether it was lost, or was not wanted any more. */
  holds(): (wasLost: boolean) => void;
  /** A request failed or a connection did not come about: who answers next must prove itself. */
  lost(): void;
}

/** A proof is good for this long without an open socket, in milliseconds: the page's first requests follow it at once. */
const FRESH_MS = 500;
/** A gateway that does not answer in this time is not there, in milliseconds. */
const ANSWER_MS = 10_000;
const MAX_ANSWER_CHARS = 4096;

export interface GateOptions {
  connection: Connection;
  /** `path` is relative to the page, as all of its requests are. */
  ask?: (path: string, signal: AbortSignal) => Promise<{ status: number; text: string }>;
  /** Milliseconds, of a clock that only goes forward. */
  now?: () => number;
}

export function createGatewayGate({
  connection,
  ask = askGateway,
  now = () => performance.now(),
}: GateOptions): GatewayGate {
  let provenAt: number | undefined;
  let holders = 0;
  /** Raised by each loss: a proof that was asked for before it says nothing of who answers after it. */
  let losses = 0;
  let asking: Promise<Result<string>> | undefined;
  const waiting = new Set<() => void>();

  const isOpen = () => provenAt !== undefined && (holders > 0 || now() - provenAt < FRESH_MS);
  const lost = () => {
    losses += 1;
    provenAt = undefined;
  };

  async function prove(): Promise<Result<string>> {
    for (;;) {
      const before = losses;
      const proven = await askForProof(connection, ask);
      if (!proven.ok) return proven;
      if (before !== losses) continue;
      provenAt = now();
      for (const done of waiting) done();
      waiting.clear();
      return ok(connection.token);
    }
  }

  const token = (): Promise<Result<string>> => {
    if (isOpen()) return Promise.resolve(ok(connection.token));
    asking ??= prove().finally(() => {
      asking = undefined;
    });
    return asking;
  };

  return {
    url: connection.url,
    lost,
    tokenNow: () => (isOpen() ? connection.token : undefined),
    token,
    async proven() {
      if ((await token()).ok) return;
      await new Promise<void>((resolve) => waiting.add(resolve));
    },
    holds() {
      holders += 1;
      let held = true;
      return (wasLost) => {
        if (!held) return;
        held = false;
        holders -= 1;
        if (wasLost) lost();
        else provenAt = now();
      };
    },
  };
}

async function askForProof({ url, token }: Connection, ask: NonNullable<GateOptions["ask"]>): Promise<Result<void>> {
  // Only pages of https and of this machine have it, and Signalbox serves no others.
  if (globalThis.crypto?.subtle === undefined)
    return failed(
      "no-proof-here",
      "This browser cannot check who answers at this address.",
      "Open it as http://127.0.0.1.",
    );
  const tokenHash = await sha256(token);
  const device = (await sha256(deviceNameText(tokenHash))).slice(0, DEVICE_NAME_LENGTH);
  const nonce = hex(crypto.getRandomValues(new Uint8Array(16)));
  let answer: { status: number; text: string };
  try {
    answer = await ask(`/api/v1/proof?nonce=${nonce}&device=${device}`, AbortSignal.timeout(ANSWER_MS));
  } catch {
    return failed("gateway-unreachable", "Signalbox's gateway didn't answer.", "Nothing was changed. Try again.");
  }
  if (answer.text.length <= MAX_ANSWER_CHARS) {
    const body = parse(answer.text);
    if (answer.status === 404 && body.error?.code === "unknown-device")
      return failed("unknown-device", "This browser isn't known here any more.");
    const right = await hmac(tokenHash, proofText("page", nonce, portOf(url)));
    if (answer.status === 200 && body.port_proof === right) return ok(undefined);
  }
  return failed(
    "stranger",
    "What answers at this address can't prove that it is your Signalbox.",
    "Nothing was sent to it. Start Signalbox again, and open the address that it prints.",
  );
}

async function askGateway(path: string, signal: AbortSignal): Promise<{ status: number; text: string }> {
  const response = await fetch(path, { signal, redirect: "error", credentials: "omit", cache: "no-store" });
  return { status: response.status, text: await response.text() };
}

function parse(text: string): { port_proof?: unknown; error?: { code?: unknown } } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);
const hex = (raw: Uint8Array): string => [...raw].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (text: string): Promise<string> =>
  hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(text))));
async function hmac(key: string, text: string): Promise<string> {
  const imported = await crypto.subtle.importKey("raw", bytes(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytes(text))));
}
