/** Tells from a tool's name which kind of an agent's own tools it is. */
import type { AgentToolKind } from "../../../shared/events/agent-tool.ts";

/** Names of Claude Code, opencode, Gemini CLI and Qwen Code, in lower case and without `_`. */
const NAMES: Readonly<Record<Exclude<AgentToolKind, "mcp" | "other">, string>> = {
  command: "bash shell runshellcommand powershell execute localshell execcommand",
  edit: "edit write multiedit notebookedit writefile replace patch applypatch editfile createfile",
  read: "read readfile readmanyfiles list ls listdirectory view notebookread",
  search: "grep glob searchfilecontent grepsearch findfiles codesearch lsp ripgrep toolsearch",
  web: "webfetch websearch googlewebsearch fetch",
  subagent: "task agent delegatetoagent",
};
const KINDS = new Map<string, AgentToolKind>();
for (const kind of ["command", "edit", "read", "search", "web", "subagent"] as const) {
  for (const name of NAMES[kind].split(" ")) KINDS.set(name, kind);
}

export function toolKind(tool: string): AgentToolKind {
  if (/^mcp_{1,2}/.test(tool)) return "mcp";
  return KINDS.get(tool.toLowerCase().replaceAll("_", "")) ?? "other";
}
