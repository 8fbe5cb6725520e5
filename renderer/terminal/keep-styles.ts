/** Where a terminal's style sheets stand: in the document's head, for as long as the terminal lives. */

/** The class by which the rules of a terminal name it. */
const OWN = "xterm-dom-renderer-owner-";

/**
 * Moves those that mean the same anywhere there, from inside of the terminal, where xterm puts them: sheets that leave the
 * document and come back with a terminal cost all of its styles anew at each showing. xterm takes them away when it is
 * disposed of.
 */
export function keepStyles(terminal: HTMLElement): void {
  for (const sheet of terminal.querySelectorAll("style")) {
    if (sheet.textContent?.includes(OWN)) document.head.append(sheet);
  }
}
