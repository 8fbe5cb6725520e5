/** A terminal screen such as a coding agent paints it, for the scenes. */
const dim = (text: string): string => `\u001b[90m${text}\u001b[0m`;
const blue = (text: string): string => `\u001b[34m${text}\u001b[0m`;
const green = (text: string): string => `\u001b[32m${text}\u001b[0m`;
const dot = "\u001b[38;2;222;136;109m●\u001b[0m";
const star = "\u001b[35m✳\u001b[0m";

/** In lines of at most so many columns, broken between words. */
function fold(text: string, cols: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > cols && rest.includes(" ")) {
    const at = rest.lastIndexOf(" ", cols);
    lines.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
  }
  return [...lines, rest];
}

/** `cols`: the terminal's width; boxes and sentences keep to it. */
export function agentScreen(cols: number): string {
  const box = Math.min(62, cols - 2);
  const [ask = "", ...asked] = fold("Split the session router and run the checks on every package.", cols - 2);
  const [look = "", ...looked] = fold("I'll look at how the router is used before touching it.", cols - 2);
  const narrow = cols < 56;
  return [
    `${dim(">")} ${ask}`,
    ...asked.map((line) => `  ${line}`),
    "",
    `${dot} ${look}`,
    ...looked.map((line) => `  ${line}`),
    "",
    `${dot} ${blue("Read")}(src/router/session.ts)`,
    dim("  └  Read 214 lines"),
    "",
    `${dot} ${blue("Update")}(src/router/session.ts)`,
    dim("  └  Updated with 31 additions and 58 removals".slice(0, cols)),
    `     ${dim("41")}  ${green(narrow ? "+ export function routeFor(" : "+ export function routeFor(session: Session): Route {")}`,
    ...(narrow ? [`         ${green("    session: Session): Route {")}`] : []),
    `     ${dim("42")}  ${green(narrow ? "+   const owner = ownerOf(session)" : "+   const owner = registry.ownerOf(session.id)")}`,
    `     ${dim("43")}  ${green(narrow ? "+   return owner ?? fresh()" : "+   return owner ? pinned(owner) : fresh()")}`,
    `     ${dim("44")}  ${green("+ }")}`,
    "",
    `${dot} ${blue("signalbox - build (MCP)")}(target: "packages/*")`,
    dim("  └  Running in the background…"),
    "",
    `${dot} ${blue("signalbox - search_code (MCP)")}${narrow ? "" : '(pattern: "legacyRoute")'}`,
    ...(narrow ? ['    (pattern: "legacyRoute")'] : []),
    dim("  └  Waiting…"),
    "",
    `${star} Refactoring… ${dim(narrow ? "(3m 52s · esc to interrupt)" : "(3m 52s · ↓ 8.4k tokens · esc to interrupt)")}`,
    "",
    dim(`┌${"─".repeat(box)}┐`),
    `${dim("│")} > ${" ".repeat(box - 3)}${dim("│")}`,
    dim(`└${"─".repeat(box)}┘`),
    dim("  ? for shortcuts"),
  ]
    .join("\r\n")
    .concat("\u001b[2A\u001b[5G");
}
