/** The one name by which an agent is chosen: its id, or `custom:` and the id of the person's own agent. */
import { AGENT_IDS, type AgentId } from "../../shared/protocol/app-frames.ts";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";

const OWN = "custom:";

export const agentKey = ({ id, template }: Pick<AgentView, "id" | "template">): string =>
  template === undefined ? id : OWN + template;

/** What a request for a new session names. */
export function agentOf(key: string): { agent: AgentId; template?: string } {
  if (key.startsWith(OWN)) return { agent: "custom", template: key.slice(OWN.length) };
  return { agent: AGENT_IDS.find((id) => id === key) ?? "custom" };
}

/** Agents that a person may begin a session with, without saying a command. */
export const startable = (agents: readonly AgentView[]): AgentView[] =>
  agents.filter(({ id, found, template }) => found && id !== "demo" && (id !== "custom" || template !== undefined));
