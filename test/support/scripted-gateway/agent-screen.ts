/** Owns a terminal screen such as a coding agent paints it, for the scenes. */
const dim = (text: string): string => `\u001b[90m${text}\u001b[0m`;
const blue = (text: string): string => `\u001b[34m${text}\u001b[0m`;
const green = (text: string): string => `\u001b[32m${text}\u001b[0m`;
const dot = "\u001b[38;2;222;136;109m●\u001b[0m";
const star = "\u001b[35m✳\u001b[0m";

export const AGENT_SCREEN = [
  `${dim(">")} Split the session router and run the checks on every package.`,
  "",
  `${dot} I'll look at how the router is used before touching it.`,
  "",
  `${dot} ${blue("Read")}(src/router/session.ts)`,
  dim("  └  Read 214 lines"),
  "",
  `${dot} ${blue("Update")}(src/router/session.ts)`,
  dim("  └  Updated with 31 additions and 58 removals"),
  `     ${dim("41")}  ${green("+ export function routeFor(session: Session): Route {")}`,
  `     ${dim("42")}  ${green("+   const owner = registry.ownerOf(session.id)")}`,
  `     ${dim("43")}  ${green("+   return owner ? pinned(owner) : fresh()")}`,
  `     ${dim("44")}  ${green("+ }")}`,
  "",
  `${dot} ${blue("signalbox - build (MCP)")}(target: "packages/*")`,
  dim("  └  Running in the background…"),
  "",
  `${dot} ${blue("signalbox - search_code (MCP)")}(pattern: "legacyRoute")`,
  dim("  └  Waiting…"),
  "",
  `${star} Refactoring… ${dim("(3m 52s · ↓ 8.4k tokens · esc to interrupt)")}`,
  "",
  dim(`┌${"─".repeat(62)}┐`),
  `${dim("│")} > ${" ".repeat(59)}${dim("│")}`,
  dim(`└${"─".repeat(62)}┘`),
  dim("  ? for shortcuts"),
]
  .join("\r\n")
  .concat("\u001b[2A\u001b[5G");
