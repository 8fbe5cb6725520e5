/** Tells which tools an entry of servers.json leaves out: `includeTools`, `disabledTools` and their like. */
import type { ServerConfig } from "../../../../shared/servers/server-config.ts";
import type { ToolOwner } from "../../relay/tool-menu.ts";
import { type Hidden, matches } from "../../settings/apply-rules.ts";
import type { ToolRules } from "../../settings/tool-rules.ts";

/** Whether agents are not to see the tool, by the server's own name of it. */
export function isLeftOut({ offer, hide }: ServerConfig, tool: string): boolean {
  if (offer?.some((pattern) => matches(pattern, tool)) === false) return true;
  return hide?.some((pattern) => matches(pattern, tool)) === true;
}

/** The rules, after what a server's entry leaves out for every session. */
export function withLeftOut(rules: ToolRules, configOf: (server: string) => ServerConfig | undefined): ToolRules {
  const leftOut = ({ server, tool }: ToolOwner): Hidden | undefined => {
    const config = configOf(server);
    if (config === undefined || !isLeftOut(config, tool)) return undefined;
    return { code: "refused-left-out", reason: "servers.json leaves it out" };
  };
  return {
    ...rules,
    hiddenBy: (session, tool) => leftOut(tool) ?? rules.hiddenBy(session, tool),
    whyNotDeliver: (session, cwd, tool) => leftOut(tool)?.reason ?? rules.whyNotDeliver(session, cwd, tool),
  };
}
