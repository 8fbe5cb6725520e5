/** Reads what a program in a terminal wants to have in the clipboard (OSC 52). What the clipboard holds is told to no program. */

/** Characters of base64; a longer text is left out. */
const MAX_ENCODED = 1024 * 1024;

/** The text of an OSC 52 without its number, `<selection>;<base64>`; undefined for a question, for nothing, and for what is no text. */
export function clipboardText(data: string): string | undefined {
  const [, encoded = ""] = /^[a-z0-7]*;([A-Za-z0-9+/]+={0,2})$/.exec(data) ?? [];
  if (encoded === "" || encoded.length > MAX_ENCODED) return undefined;
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
