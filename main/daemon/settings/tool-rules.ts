/** How the settings are asked about one tool in one session. */
import type { ToolOwner } from "../relay/tool-menu.ts";
import type { JsonObject } from "../rpc/message.ts";
import type { Session } from "../sessions/session-registry.ts";
import {
  asksFirst,
  type Hidden,
  hiddenBecause,
  hiddenBy,
  isBuffered,
  stopsAfter,
  type ToolFacts,
} from "./apply-rules.ts";
import { isWorktree } from "./is-worktree.ts";
import type { ToolSettingsStore } from "./tool-settings-store.ts";

/** What the settings say of a tool in a session. */
export interface ToolRules {
  /** What hides it now, or undefined. */
  hiddenBy(session: Session, tool: ToolOwner): Hidden | undefined;
  isBuffered(session: Session, tool: ToolOwner): boolean;
  /** Whether a person is asked before it is called. */
  asks(session: Session, tool: ToolOwner): boolean;
  /** After how many milliseconds one of its calls is stopped; undefined: never. */
  stopsAfter(session: Session, tool: ToolOwner): number | undefined;
  /** As `hiddenBy`, for a write that was kept. Its session may be gone: then a rule for some folders counts for all. */
  whyNotDeliver(session: string, cwd: string | undefined, tool: ToolOwner): string | undefined;
}

/** `changed`: whether this definition of a server's tool was never accepted. */
export function toolRules(
  settings: ToolSettingsStore,
  changed: (server: string, definition: JsonObject) => boolean,
): ToolRules {
  const facts = ({ server, tool, definition }: ToolOwner, worktree: () => boolean): ToolFacts => ({
    server,
    tool,
    definition,
    changed: () => changed(server, definition),
    worktree,
  });
  const inside = (session: Session) => () => isWorktree(session.cwd);
  return {
    hiddenBy: (session, tool) => hiddenBy(facts(tool, inside(session)), settings.effective(session.id)),
    isBuffered: (session, tool) => isBuffered(facts(tool, inside(session)), settings.effective(session.id)),
    asks: (session, tool) => asksFirst(facts(tool, inside(session)), settings.effective(session.id)),
    stopsAfter: (session, tool) => stopsAfter(facts(tool, inside(session)), settings.effective(session.id)),
    whyNotDeliver(session, cwd, tool) {
      const why = (worktree: boolean) =>
        hiddenBecause(
          facts(tool, () => worktree),
          settings.effective(session),
        );
      return cwd === undefined ? (why(true) ?? why(false)) : why(isWorktree(cwd));
    },
  };
}
