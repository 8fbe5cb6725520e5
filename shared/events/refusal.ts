/** Names why a call was refused before any server saw it. Such a call is recorded as one that failed, with one of these codes. */

/** Stable: they stand in journals and exports. */
export const REFUSALS = {
  "refused-unknown-tool": "no such tool",
  "refused-hidden": "hidden by a rule",
  "refused-hidden-in-session": "hidden by a rule of this session",
  "refused-read-only": "agents may only read",
  "refused-read-only-in-session": "this session may only read",
  "refused-left-out": "left out by servers.json",
  "refused-changed": "its description changed",
  "refused-server-off": "its server is switched off",
  "refused-server-gone": "its server was removed",
  "refused-server-not-chosen": "its server is not part of this session",
  "refused-by-person": "refused by a person",
  "refused-too-large": "the request is too large",
  "refused-malformed": "the request is invalid",
  "refused-too-many": "too many requests are open",
} as const;

export type RefusalCode = keyof typeof REFUSALS;

const isKnown = (code: string): code is RefusalCode => Object.hasOwn(REFUSALS, code);

/** In a few words, why a call was refused; undefined for one that was not. Codes of later versions are recognised, too. */
export function refusedBecause(error: { code?: string | number | undefined } | undefined): string | undefined {
  const code = error?.code;
  if (typeof code !== "string" || !code.startsWith("refused-")) return undefined;
  return isKnown(code) ? REFUSALS[code] : code.slice("refused-".length).replaceAll("-", " ");
}

/** What refused the call and can be changed: a switch, a server, or what the session was begun with. */
export type RefusalRule = "tool" | "read-only" | "changed-tools" | "server" | "servers" | "session";

/** `session`: for this session alone, or for all. */
export function refusalRule(
  error: { code?: string | number | undefined } | undefined,
): { rule: RefusalRule; session: boolean } | undefined {
  switch (error?.code) {
    case "refused-hidden":
      return { rule: "tool", session: false };
    case "refused-hidden-in-session":
      return { rule: "tool", session: true };
    case "refused-read-only":
      return { rule: "read-only", session: false };
    case "refused-read-only-in-session":
      return { rule: "read-only", session: true };
    case "refused-changed":
      return { rule: "changed-tools", session: false };
    case "refused-left-out":
    case "refused-server-off":
      return { rule: "server", session: false };
    case "refused-server-gone":
    case "refused-unknown-tool":
      return { rule: "servers", session: false };
    case "refused-server-not-chosen":
      return { rule: "session", session: true };
    default:
      return undefined;
  }
}
