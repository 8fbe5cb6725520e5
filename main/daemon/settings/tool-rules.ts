/** Owns how the settings are asked about one tool in one session. */
import type { ToolRules } from "../relay/agent-session.ts";
import type { ToolOwner } from "../relay/tool-menu.ts";
import type { Session } from "../sessions/session-registry.ts";
import { hiddenBecause, isBuffered, type ToolFacts } from "./apply-rules.ts";
import { isWorktree } from "./is-worktree.ts";
import type { ToolSettingsStore } from "./tool-settings-store.ts";

/** `changed`: whether a server describes a tool otherwise than it was accepted. */
export function toolRules(settings: ToolSettingsStore, changed: (server: string, tool: string) => boolean): ToolRules {
  const facts = (session: Session, { server, tool, definition }: ToolOwner): ToolFacts => ({
    server,
    tool,
    definition,
    changed: () => changed(server, tool),
    worktree: () => isWorktree(session.cwd),
  });
  return {
    hiddenBecause: (session, tool) => hiddenBecause(facts(session, tool), settings.effective(session.id)),
    isBuffered: (session, tool) => isBuffered(facts(session, tool), settings.effective(session.id)),
  };
}
