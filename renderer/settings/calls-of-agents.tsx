/** The settings of what becomes of an agent's calls and of its connection when it goes. */
import { useEffect, useState } from "react";
import { AGENT_TOOL_KINDS, type AgentToolKind, KIND_WORDS } from "../../shared/events/agent-tool.ts";
import type { DaemonSettings } from "../../shared/protocol/daemon-settings.ts";
import { PERSON_TOOLS, tokensOf } from "../../shared/protocol/person-tools.ts";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import { toastFault } from "../stores/toasts.ts";
import { Toggle } from "./controls.tsx";
import { NumberSetting } from "./number-setting.tsx";

const TOOL_NAMES = PERSON_TOOLS.map(({ name }) => String(name)).join(", ");
const TOKENS = tokensOf(PERSON_TOOLS).toLocaleString("en-US");

const KIND_HINTS: Readonly<Record<AgentToolKind, string>> = {
  command: "Shell commands with their exit code and output.",
  edit: "Changed files with their lines and the diff.",
  read: "Files and folders that it reads. There are many.",
  search: "Searches in files. There are many.",
  web: "Web pages and web searches.",
  subagent: "Subagents, with the calls that they make.",
  mcp: "Tools of MCP servers that the agent has from its own configuration.",
  other: "To-do lists, plans and the like. There are many.",
};

/** Nothing where no daemon of Signalbox's own runs. In force at once. */
export function CallsOfAgents() {
  const { client } = useServices();
  const [settings, setSettings] = useState<DaemonSettings>();
  // Whoever is here before the daemon is asks again once it has come.
  const connected = useApp((store) => store.app?.daemon.state === "connected");
  useEffect(() => {
    if (!connected) return;
    let gone = false;
    void client.daemonSettings().then((answer) => {
      if (!gone && answer.ok) setSettings(answer.value);
    });
    return () => {
      gone = true;
    };
  }, [client, connected]);
  if (settings === undefined) return null;

  async function change(patch: Partial<DaemonSettings>): Promise<void> {
    if (settings === undefined) return;
    const next = { ...settings, ...patch };
    setSettings(next);
    const saved = await client.saveDaemonSettings(next);
    if (saved.ok) return;
    setSettings(settings);
    toastFault(saved.fault);
  }

  return (
    <>
      <Toggle
        label="Cancel an agent's calls when it disconnects"
        hint="When off, running calls continue until their servers answer, and their results are recorded."
        value={settings.end_calls_on_disconnect}
        onChange={(end_calls_on_disconnect) => void change({ end_calls_on_disconnect })}
      />
      {AGENT_TOOL_KINDS.map((kind) => (
        <Toggle
          key={kind}
          label={`Show the agent's own tools: ${KIND_WORDS[kind]}`}
          hint={KIND_HINTS[kind]}
          value={settings.agent_tools.includes(kind)}
          onChange={(on) => {
            const others = settings.agent_tools.filter((other) => other !== kind);
            void change({ agent_tools: on ? [...others, kind] : others });
          }}
        />
      ))}
      <Toggle
        label="Agents may ask you, tell you things and show their steps"
        hint={`Offers agents ${TOOL_NAMES} from the server “signalbox”. They take about ${TOKENS} tokens of each agent's context. Questions and notices come to the inbox.`}
        value={settings.person_tools}
        onChange={(person_tools) => void change({ person_tools })}
      />
      <NumberSetting
        label="Long work: agents wait for a tool for up to"
        hint="For agents started from now on. A limit in your own agent configuration counts before this one."
        value={settings.long_call_minutes}
        min={1}
        max={1_440}
        step={1}
        unit="minutes"
        late
        onChange={(long_call_minutes) => void change({ long_call_minutes })}
      />
      <NumberSetting
        label="Close idle agent connections after"
        hint="An agent that returns later reconnects automatically."
        value={settings.session_idle_minutes}
        min={1}
        max={43_200}
        step={1}
        unit="minutes"
        late
        onChange={(session_idle_minutes) => void change({ session_idle_minutes })}
      />
    </>
  );
}
