/** The settings of how Signalbox starts, and what a new session begins with. */
import { agentKey, startable } from "../sessions/agent-key.ts";
import { useAgents } from "../sessions/use-agents.ts";
import { changeSettings, type Settings, useSettings } from "../stores/settings-store.ts";
import { Choice, Select, Toggle } from "./controls.tsx";
import { useDesktopSettings } from "./use-desktop-settings.ts";

const START: readonly (readonly [Settings["startWith"], string])[] = [
  ["last", "The last session"],
  ["nothing", "Nothing"],
];
const ACTIVITY: readonly (readonly [Settings["activityAs"], string])[] = [
  ["list", "List"],
  ["waterfall", "Waterfall"],
];

export function General() {
  const settings = useSettings();
  const { found } = useAgents();
  const choices = startable(found?.agents ?? []);
  return (
    <>
      <Choice
        label="When Signalbox opens, show"
        hint="A link to a session takes priority."
        value={settings.startWith}
        options={START}
        onChange={(startWith) => changeSettings({ startWith })}
      />
      <Select
        label="Default agent"
        hint="Preselected for new sessions."
        value={choices.some((agent) => agentKey(agent) === settings.newAgent) ? settings.newAgent : ""}
        options={[["", "The first one found"], ...choices.map((agent) => [agentKey(agent), agent.name] as const)]}
        onChange={(newAgent) => changeSettings({ newAgent })}
      />
      <Choice
        label="Activity opens as"
        value={settings.activityAs}
        options={ACTIVITY}
        onChange={(activityAs) => changeSettings({ activityAs })}
      />
      <OfTheDesktop />
    </>
  );
}

/** Nothing in a browser. */
function OfTheDesktop() {
  const { settings, change } = useDesktopSettings();
  if (settings === undefined) return null;
  return (
    <>
      <Toggle
        label="Keep running in the tray"
        hint="Closing the window leaves the app in the tray while sessions run."
        value={settings.close_to_tray}
        onChange={(close_to_tray) => change({ close_to_tray })}
      />
      <Toggle
        label="Start with the computer"
        value={settings.open_at_login}
        onChange={(open_at_login) => change({ open_at_login })}
      />
    </>
  );
}
