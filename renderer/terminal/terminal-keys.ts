/** The keys that the terminal treats in its own way, and the bytes of the touch key row. */

/** Shift+Enter inserts a newline in agents' prompts: ESC CR. */
export const NEWLINE_IN_PROMPT = "\u001b\r";

type Key = Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "metaKey" | "shiftKey">;

/** Shift+Enter, with no other modifier. */
export const isNewline = ({ key, shiftKey, ctrlKey, altKey, metaKey }: Key): boolean =>
  key === "Enter" && shiftKey && !ctrlKey && !altKey && !metaKey;

/** Ctrl+C, with no other modifier. */
export const isCtrlC = ({ key, shiftKey, ctrlKey, altKey, metaKey }: Key): boolean =>
  key.toLowerCase() === "c" && ctrlKey && !shiftKey && !altKey && !metaKey;

export type RowKey = "escape" | "tab" | "up" | "down" | "left" | "right";

/** What a key of the row sends; arrows follow the program's cursor-key mode. */
export function rowKeyBytes(key: RowKey, applicationCursor: boolean): string {
  const arrow = (letter: string) => `\u001b${applicationCursor ? "O" : "["}${letter}`;
  switch (key) {
    case "escape":
      return "\u001b";
    case "tab":
      return "\t";
    case "up":
      return arrow("A");
    case "down":
      return arrow("B");
    case "right":
      return arrow("C");
    case "left":
      return arrow("D");
  }
}

/** The control character of a typed one while Ctrl of the key row is held: `c` becomes ETX, an arrow moves by words. Others stay. */
export function withCtrl(data: string): string {
  if (/^[[O][ABCD]$/.test(data.slice(1))) return `\u001b[1;5${data.slice(2)}`;
  if (data.length !== 1) return data;
  const code = data.toUpperCase().charCodeAt(0);
  if (code >= 0x40 && code <= 0x5f) return String.fromCharCode(code - 0x40);
  return data === " " ? "\u0000" : data;
}
