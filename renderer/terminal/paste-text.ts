/** Makes text that is put into a program's prompt without being sent: nothing in it is Enter, and nothing acts on the program. */

/**
 * `bracketed`: the program has asked to be told what is pasted (xterm's mode 2004), so that line breaks in it are no Enter.
 * A program that has not asked gets one line.
 */
export function pasteText(text: string, bracketed: boolean): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach the program.
  const plain = text.replace(/\r\n?/g, "\n").replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
  return bracketed ? `\x1b[200~${plain.replaceAll("\n", "\r")}\x1b[201~` : plain.replace(/[\n\t]+/g, " ");
}
