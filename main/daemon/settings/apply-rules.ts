/** The decisions that tool settings lead to, as pure functions. */
import type { RefusalCode } from "../../../shared/events/refusal.ts";
import type { ToolRule, ToolSettings } from "../../../shared/protocol/tool-settings.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";

export interface ToolFacts {
  server: string;
  /** The server's own name of the tool. */
  tool: string;
  /** As the server describes it; undefined where it is not known. */
  definition: JsonObject | undefined;
  /** Whether its description differs from the one that was accepted. */
  changed: () => boolean;
  /** Whether the session's folder is inside a git worktree; asked only where a rule depends on it. */
  worktree: () => boolean;
}

export interface Hidden {
  /** What hides it, and whether that holds for all sessions or for this one. */
  code: RefusalCode;
  /** The end of “Tool x is not available: …”. */
  reason: string;
}

/**
 * What hides this tool from the session, or undefined. Each of the settings can only hide more; the first holds for all
 * sessions, the others for this one.
 */
export function hiddenBy(facts: ToolFacts, settings: readonly ToolSettings[]): Hidden | undefined {
  const readOnly = settings.findIndex((set) => set.read_only === true);
  if (readOnly >= 0 && !onlyReads(facts.definition)) {
    const reason = "this session is read-only, and the tool does not say that it only reads";
    return { code: readOnly === 0 ? "refused-read-only" : "refused-read-only-in-session", reason };
  }
  if (settings.some((set) => set.hold_changed === true) && facts.changed()) {
    const reason = "its description changed and the change has not been approved";
    return { code: "refused-changed", reason };
  }
  for (const [index, { hide }] of settings.entries()) {
    const rule = hide?.find((item) => fits(item, facts));
    if (rule === undefined) continue;
    const code = index === 0 ? "refused-hidden" : "refused-hidden-in-session";
    if (rule.when === undefined) return { code, reason: "a rule hides it" };
    const reason =
      rule.when === "worktree" ? "a rule hides it in git worktrees" : "a rule hides it outside git worktrees";
    return { code, reason };
  }
  return undefined;
}

/** Why this tool is hidden from the session, or undefined. */
export const hiddenBecause = (facts: ToolFacts, settings: readonly ToolSettings[]): string | undefined =>
  hiddenBy(facts, settings)?.reason;

/** Whether a call that cannot be delivered is to be kept. */
export const isBuffered = (facts: ToolFacts, settings: readonly ToolSettings[]): boolean =>
  settings.some((set) => set.buffer?.some((rule) => fits(rule, facts)) === true);

/** Whether a person is asked before it is called. */
export const asksFirst = (facts: ToolFacts, settings: readonly ToolSettings[]): boolean =>
  settings.some((set) => set.ask?.some((rule) => fits(rule, facts)) === true);

/** After how many milliseconds a call is stopped: the shortest time that a rule gives. */
export function stopsAfter(facts: ToolFacts, settings: readonly ToolSettings[]): number | undefined {
  const minutes = settings
    .flatMap((set) => set.stop?.filter((rule) => fits(rule, facts)) ?? [])
    .map((rule) => rule.minutes);
  return minutes.length === 0 ? undefined : Math.round(Math.min(...minutes) * 60_000);
}

function fits(rule: ToolRule, facts: ToolFacts): boolean {
  if (rule.when !== undefined && (rule.when === "worktree") !== facts.worktree()) return false;
  return matches(rule.server, facts.server) && matches(rule.tool, facts.tool);
}

/** `*` stands for any characters; the pattern is otherwise literal. Linear in the length of both. */
export function matches(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined) return true;
  const [head = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return name === pattern;
  if (!name.startsWith(head)) return false;
  let at = head.length;
  const tail = rest.pop() ?? "";
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - tail.length >= at && name.endsWith(tail);
}

/** Whether the tool says of itself that it changes nothing. */
export function onlyReads(definition: JsonObject | undefined): boolean {
  const annotations = definition?.annotations;
  return isObject(annotations) && annotations.readOnlyHint === true;
}
