/** A terminal's colours as viewers tell them to the daemon, which answers programs that ask for them while nobody looks. */
import { z } from "./schema.ts";

const colour = z.string().regex(/^#[0-9a-f]{6}$/i, "a colour such as #1b1f27");

export const terminalColoursSchema = z.object({
  foreground: colour,
  background: colour,
  cursor: colour,
  /** The sixteen that programs name: black to white, then the bright ones. */
  named: z.array(colour).length(16),
});
export type TerminalColours = z.infer<typeof terminalColoursSchema>;

/** The page's dark theme: what holds until a viewer has told its own. */
export const DARK_TERMINAL: TerminalColours = {
  background: "#0b0d10",
  foreground: "#e6e9ef",
  cursor: "#e6e9ef",
  named: [
    ...["#1b1f27", "#ff7b72", "#98d06a", "#e2b86b", "#7ba7ff", "#c39bf0", "#67c7d4", "#c9d1d9"],
    ...["#818b9b", "#ff9a92", "#b3e08a", "#f0cd8b", "#9dbdff", "#d7b8fa", "#8fdbe5", "#ffffff"],
  ],
};
