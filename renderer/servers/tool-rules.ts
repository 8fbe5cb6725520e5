/** How the switches of tools become rules, and rules switches. */
import type { ToolRule, ToolSettings } from "../../shared/protocol/tool-settings.ts";

/** Whether a tool is offered to agents by the rules for all sessions. Rules may hold `*`; those with a condition may or may not fit. */
export function isOffered(settings: ToolSettings, server: string, tool: string): boolean {
  return !(settings.hide ?? []).some(
    (rule) => rule.when === undefined && fits(rule.server, server) && fits(rule.tool, tool),
  );
}

/** True when a rule with `*` hides it: a switch for one tool cannot take that back. */
export function isHiddenByPattern(settings: ToolSettings, server: string, tool: string): boolean {
  return (settings.hide ?? []).some(
    (rule) =>
      rule.when === undefined &&
      (rule.server !== server || rule.tool !== tool) &&
      fits(rule.server, server) &&
      fits(rule.tool, tool),
  );
}

/** What a tool's switch shows, and why it cannot be moved, if so. `above` are the rules for all, where `settings` are of one session. */
export function toolSwitch(
  settings: ToolSettings,
  above: ToolSettings | undefined,
  server: string,
  tool: string,
): { offered: boolean; why: string | undefined } {
  if (above !== undefined && !isOffered(above, server, tool)) return { offered: false, why: "Off for all sessions." };
  return {
    offered: isOffered(settings, server, tool),
    why: isHiddenByPattern(settings, server, tool) ? "Hidden by a rule with a pattern." : undefined,
  };
}

export function withTool(settings: ToolSettings, server: string, tool: string, offered: boolean): ToolSettings {
  const others = (settings.hide ?? []).filter(
    (rule) => rule.server !== server || rule.tool !== tool || rule.when !== undefined,
  );
  return { ...settings, hide: offered ? others : [...others, { server, tool }] };
}

/** Whether calls of a tool wait for a person, and why that cannot be switched here, if so. */
export function askSwitch(
  settings: ToolSettings,
  above: ToolSettings | undefined,
  server: string,
  tool: string,
): { asks: boolean; why: string | undefined } {
  const rules = settings.ask ?? [];
  if ((above?.ask ?? []).some((rule) => rule.when === undefined && fitsTool(rule, server, tool)))
    return { asks: true, why: "for all sessions" };
  const wide = rules.some(
    (rule) => !isExactly(rule, server, tool) && rule.when === undefined && fitsTool(rule, server, tool),
  );
  return {
    asks: wide || rules.some((rule) => isExactly(rule, server, tool)),
    why: wide ? "by a rule with a pattern" : undefined,
  };
}

export function withAsked(settings: ToolSettings, server: string, tool: string, asks: boolean): ToolSettings {
  const others = (settings.ask ?? []).filter((rule) => !isExactly(rule, server, tool));
  return { ...settings, ask: asks ? [...others, { server, tool }] : others };
}

const isExactly = (rule: ToolRule, server: string, tool: string): boolean =>
  rule.server === server && rule.tool === tool && rule.when === undefined;
const fitsTool = (rule: ToolRule, server: string, tool: string): boolean =>
  fits(rule.server, server) && fits(rule.tool, tool);

/** Whether writes of a tool are kept and delivered later while its server is away. */
export function isBuffered(settings: ToolSettings, server: string, tool: string): boolean {
  return (settings.buffer ?? []).some((rule) => fits(rule.server, server) && fits(rule.tool, tool));
}

/** A rule with a pattern cannot be taken back for one tool alone: it stays. */
export function withBuffered(settings: ToolSettings, server: string, tool: string, kept: boolean): ToolSettings {
  const others = (settings.buffer ?? []).filter((rule) => rule.server !== server || rule.tool !== tool);
  return { ...settings, buffer: kept ? [...others, { server, tool }] : others };
}

/** After how many minutes calls of a tool are stopped; undefined: never. With `*` in a rule, the shortest that fits. */
export function stopMinutes(settings: ToolSettings, server: string, tool: string): number | undefined {
  const all = (settings.stop ?? [])
    .filter((rule) => rule.when === undefined && fits(rule.server, server) && fits(rule.tool, tool))
    .map(({ minutes }) => minutes);
  return all.length === 0 ? undefined : Math.min(...all);
}

export function withStop(
  settings: ToolSettings,
  server: string,
  tool: string,
  minutes: number | undefined,
): ToolSettings {
  const others = (settings.stop ?? []).filter(
    (rule) => rule.server !== server || rule.tool !== tool || rule.when !== undefined,
  );
  return { ...settings, stop: minutes === undefined ? others : [...others, { server, tool, minutes }] };
}

function fits(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined) return true;
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
}
