/** How a browser becomes a known device: reading what a person pasted, and trading a one-time code for a token. */

import { failed, faultBodySchema, ok, type Result } from "../../shared/protocol/fault.ts";
import { pairResponseSchema } from "../../shared/protocol/gateway-api.ts";
import { check } from "../../shared/protocol/schema.ts";
import { withWindowHint } from "../gateway/window-hints.ts";
import { looksLikeToken } from "./token-store.ts";

export type Credential = { kind: "code"; code: string } | { kind: "token"; token: string };

const FRAGMENT = /(?:^#|[#&])pair=([A-Za-z0-9_-]{6,128})(?:&|$)/;

/** The one-time code of a `#pair=…` fragment, if there is one. */
export const codeFromFragment = (hash: string): string | undefined => FRAGMENT.exec(hash)?.[1];

/** Understands a pairing link, six digits (spaces allowed) or a token. Undefined for anything else. */
export function readCredential(text: string): Credential | undefined {
  const trimmed = text.trim();
  const code = codeFromFragment(trimmed);
  if (code !== undefined) return { kind: "code", code };
  const digits = trimmed.replace(/[\s-]/g, "");
  if (/^\d{6}$/.test(digits)) return { kind: "code", code: digits };
  return looksLikeToken(trimmed) ? { kind: "token", token: trimmed } : undefined;
}

/** `POST /pair`. Faults come from the gateway (`wrong-code`, `locked-out`, …) or are `gateway-unreachable`. */
export async function redeemCode(origin: string, code: string): Promise<Result<string>> {
  try {
    const response = await fetch(`${origin}/pair`, { method: "POST", headers: { "X-Pairing-Code": code } });
    const body: unknown = await response.json();
    const paired = check(pairResponseSchema, body);
    if (response.ok && paired.ok) return ok(paired.value.token);
    const refusal = check(faultBodySchema, body);
    if (refusal.ok) return { ok: false, fault: withWindowHint(refusal.value.error) };
    return failed("pairing-failed", `The gateway answered ${response.status}.`);
  } catch {
    return failed("gateway-unreachable", "Signalbox didn't answer.", "Check that `signalbox serve` is still running.");
  }
}
