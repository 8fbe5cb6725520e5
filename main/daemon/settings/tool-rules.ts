/** Owns how the settings are asked about one tool in one session. */
import type { ToolRules } from "../relay/agent-session.ts";
import type { ToolOwner } from "../relay/tool-menu.ts";
import type { Session } from "../sessions/session-registry.ts";
import { hiddenBecause, isBuffered, type ToolFacts } from "./apply-rules.ts";
import { isWorktree } from "./is-worktree.ts";
import type { ToolSettingsStore } from "./tool-settings-store.ts";

export function toolRules(settings: ToolSettingsStore): ToolRules {
  const facts = (session: Session, { server, tool, definition }: ToolOwner): ToolFacts => ({
    server,
    tool,
    definition,
    worktree: () => isWorktree(session.cwd),
  });
  return {
    hiddenBecause: (session, tool) => hiddenBecause(facts(session, tool), settings.effective(session.id)),
    isBuffered: (session, tool) => isBuffered(facts(session, tool), settings.effective(session.id)),
  };
}
