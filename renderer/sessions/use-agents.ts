/** Asks which agents can be started here, or on another machine. */
import { useEffect, useState } from "react";
import type { Fault } from "../../shared/protocol/fault.ts";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";
import { useServices } from "../shell/services.ts";

export interface Agents {
  agents: AgentView[];
  recentFolders: string[];
}

/** Undefined while it is not known yet. `machine`: another one of the cluster. */
export function useAgents(machine?: string): { found: Agents | undefined; fault: Fault | undefined } {
  const { client } = useServices();
  const [found, setFound] = useState<Agents>();
  const [fault, setFault] = useState<Fault>();
  useEffect(() => {
    let gone = false;
    setFound(undefined);
    setFault(undefined);
    void client.agents(machine).then((answer) => {
      if (gone) return;
      if (answer.ok) setFound({ agents: answer.value.agents, recentFolders: answer.value.recent_folders });
      else setFault(answer.fault);
    });
    return () => {
      gone = true;
    };
  }, [client, machine]);
  return { found, fault };
}
