/** The kinds of an agent's own tools: what a call is that did not go through an MCP server of ours. */

export const AGENT_TOOL_KINDS = ["command", "edit", "read", "search", "web", "subagent", "mcp", "other"] as const;
export type AgentToolKind = (typeof AGENT_TOOL_KINDS)[number];

/** The `server` of calls that an agent made with a tool of its own. */
export const AGENT_SERVER = "agent";

/** Shown unless a person says otherwise. What an agent reads, searches and notes for itself comes too often to be watched. */
export const SHOWN_KINDS: readonly AgentToolKind[] = ["command", "edit", "web", "subagent", "mcp"];

/** In words, of many. */
export const KIND_WORDS: Readonly<Record<AgentToolKind, string>> = {
  command: "Commands",
  edit: "File edits",
  read: "File reads",
  search: "Searches",
  web: "Web",
  subagent: "Subagents",
  mcp: "MCP servers of its own",
  other: "Other tools",
};
