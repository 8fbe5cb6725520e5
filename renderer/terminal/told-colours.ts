/** The theme's colours as the daemon is told them: for programs that ask while no page is there to answer. */
import type { ITheme, Terminal } from "@xterm/xterm";
import { check } from "../../shared/protocol/schema.ts";
import { type TerminalColours, terminalColoursSchema } from "../../shared/protocol/terminal-colours.ts";
import { longForm } from "../theme/color-scheme.ts";
import { NAMED } from "../theme/terminal-theme.ts";

/** To be called on each new connection, and when the theme is another. */
export function tellColours(terminal: Terminal, send: (frame: string) => void): void {
  const colours = toldColours(terminal.options.theme ?? {});
  if (colours !== undefined) send(JSON.stringify({ type: "colours", colours }));
}

/** Undefined for a theme that leaves a colour to the terminal. */
export function toldColours(theme: ITheme): TerminalColours | undefined {
  const { foreground = "", background = "", cursor = foreground } = theme;
  const told = check(terminalColoursSchema, {
    foreground: longForm(foreground),
    background: longForm(background),
    cursor: longForm(cursor),
    named: NAMED.map((name) => longForm(theme[name] ?? "")),
  });
  return told.ok ? told.value : undefined;
}
