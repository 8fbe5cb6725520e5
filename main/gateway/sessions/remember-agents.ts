/** Asks which agents are on this machine, no more often than people ask. */
import type { AgentView } from "../../../shared/protocol/gateway-api.ts";
import { detectAgents } from "../../agents/detect-agents.ts";

/** An answer is good for this long, in milliseconds. */
const AGE_MS = 5_000;

/** `steady` is a clock that only goes forward, in milliseconds. */
export function rememberAgents(steady: () => number): () => Promise<readonly AgentView[]> {
  let asked = Number.NEGATIVE_INFINITY;
  let agents: Promise<readonly AgentView[]> = Promise.resolve([]);
  return () => {
    if (steady() - asked > AGE_MS) {
      asked = steady();
      agents = detectAgents(process.env);
    }
    return agents;
  };
}
