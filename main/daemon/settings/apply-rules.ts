/** Owns the decisions that tool settings lead to, as pure functions. */
import type { ToolRule, ToolSettings } from "../../../shared/protocol/tool-settings.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";

export interface ToolFacts {
  server: string;
  /** The server's own name of the tool. */
  tool: string;
  /** As the server describes it; undefined where it is not known. */
  definition: JsonObject | undefined;
  /** Whether it is described otherwise than it was accepted. */
  changed: () => boolean;
  /** Whether the session's folder is inside a git worktree; asked only where a rule depends on it. */
  worktree: () => boolean;
}

/** Why this tool is hidden from the session, or undefined. Each of the settings can only hide more. */
export function hiddenBecause(facts: ToolFacts, settings: readonly ToolSettings[]): string | undefined {
  if (settings.some((set) => set.read_only === true) && !onlyReads(facts.definition)) {
    return "this session is read-only, and the tool does not say that it only reads";
  }
  if (settings.some((set) => set.hold_changed === true) && facts.changed()) {
    return "its server describes it otherwise than it was accepted, and a person has not accepted that yet";
  }
  const rule = settings.flatMap((set) => set.hide ?? []).find((item) => fits(item, facts));
  if (rule === undefined) return undefined;
  if (rule.when === undefined) return "a rule hides it";
  return rule.when === "worktree" ? "a rule hides it in git worktrees" : "a rule hides it outside git worktrees";
}

/** Whether a call that cannot be delivered is to be kept. */
export const isBuffered = (facts: ToolFacts, settings: readonly ToolSettings[]): boolean =>
  settings.some((set) => set.buffer?.some((rule) => fits(rule, facts)) === true);

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

function onlyReads(definition: JsonObject | undefined): boolean {
  const annotations = definition?.annotations;
  return isObject(annotations) && annotations.readOnlyHint === true;
}
