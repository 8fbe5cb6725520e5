/** Asks which agents can be started here. */
import { useEffect, useState } from "react";
import type { Fault } from "../../shared/protocol/fault.ts";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";
import { useServices } from "../shell/services.ts";

export interface Agents {
  agents: AgentView[];
  recentFolders: string[];
}

/** Undefined while it is not known yet. */
export function useAgents(): { found: Agents | undefined; fault: Fault | undefined } {
  const { client } = useServices();
  const [found, setFound] = useState<Agents>();
  const [fault, setFault] = useState<Fault>();
  useEffect(() => {
    let gone = false;
    void client.agents().then((answer) => {
      if (gone) return;
      if (answer.ok) setFound({ agents: answer.value.agents, recentFolders: answer.value.recent_folders });
      else setFault(answer.fault);
    });
    return () => {
      gone = true;
    };
  }, [client]);
  return { found, fault };
}
