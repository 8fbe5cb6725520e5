/** The one key sequence that `signalbox run` keeps for itself: `~.` at the beginning of a line leaves, as ssh does. */

export interface Typed {
  /** What goes to the program. */
  send: Buffer;
  leave: boolean;
}

const [TILDE, DOT, CR, LF, ESC] = [0x7e, 0x2e, 0x0d, 0x0a, 0x1b];

/** One key as the terminal reported it: a byte, or a sequence in which a program may have asked for keys. */
interface Key {
  bytes: Buffer;
  /** The character that it types; undefined for a key that types none. */
  character?: number;
  /** No key at all: its release, a modifier of its own, a report of the terminal. What the person types goes on behind it. */
  silent?: boolean;
}

/** Reads keystrokes in any pieces. A tilde at the beginning of a line waits for the next key; `~~` types one tilde. */
export function createEscapeKeys(): (typed: Buffer) => Typed {
  let lineBegins = true;
  let pasted = false;
  /** The tilde, and what came behind it without being a key. */
  let held: Buffer[] = [];

  return (typed) => {
    const send: Buffer[] = [];
    for (const key of keysOf(typed)) {
      if (key.bytes.equals(PASTE_BEGINS)) pasted = true;
      else if (key.bytes.equals(PASTE_ENDS)) pasted = false;
      if (key.silent === true) {
        (held.length > 0 ? held : send).push(key.bytes);
        continue;
      }
      if (held.length > 0) {
        if (key.character === DOT) return { send: Buffer.concat(send), leave: true };
        send.push(...held);
        held = [];
        if (key.character === TILDE) {
          lineBegins = false;
          continue;
        }
      } else if (key.character === TILDE && lineBegins && !pasted) {
        held = [key.bytes];
        continue;
      }
      send.push(key.bytes);
      lineBegins = key.character === CR || key.character === LF;
    }
    return { send: Buffer.concat(send), leave: false };
  };
}

const PASTE_BEGINS = Buffer.from("\u001b[200~");
const PASTE_ENDS = Buffer.from("\u001b[201~");

function* keysOf(typed: Buffer): Generator<Key> {
  for (let at = 0; at < typed.length; ) {
    const sequence = typed[at] === ESC ? sequenceAt(typed, at) : undefined;
    const bytes = sequence ?? typed.subarray(at, at + 1);
    at += bytes.length;
    const [byte] = bytes;
    if (sequence !== undefined) yield { bytes, ...readSequence(sequence.toString("latin1")) };
    else yield byte === undefined ? { bytes } : { bytes, character: byte };
  }
}

/** A whole CSI sequence that begins here; none where its end has not come with it. */
function sequenceAt(typed: Buffer, at: number): Buffer | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the bytes of ECMA-48.
  const [text] = /^\u001b\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]/.exec(typed.toString("latin1", at, at + 64)) ?? [];
  return text === undefined ? undefined : typed.subarray(at, at + text.length);
}

/** Codes of the kitty keyboard for modifiers and locks, pressed alone. */
const isModifier = (code: number): boolean => (code >= 57358 && code <= 57360) || (code >= 57441 && code <= 57454);
const RELEASED = 3;
const SHIFT = 1;

/** `CSI code:shifted ; modifiers:event ; text u` (kitty) and `CSI 27 ; modifiers ; code ~` (modifyOtherKeys). */
function readSequence(text: string): Pick<Key, "character" | "silent"> {
  const [, prefix = "", parameters = "", final = ""] =
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
    /^\u001b\[([<=>?]?)([\d;:]*)[^\d;:]*?([\x40-\x7e])$/.exec(text) ?? [];
  const fields = parameters.split(";").map((field) => field.split(":").map(Number));
  if (prefix !== "") return { silent: true };
  if (final === "u") {
    const [[code = 0, shifted = 0] = [], [modifiers = 1, event = 1] = [], [typed = 0] = []] = fields;
    if (event === RELEASED || isModifier(code)) return { silent: true };
    const held = (modifiers || 1) - 1;
    // With Control, Alt and the like it types nothing; locks do not count.
    if ((held & ~(SHIFT | 64 | 128)) !== 0) return {};
    return { character: typed || (held & SHIFT ? shifted || SHIFTED.get(code) || code : code) };
  }
  if (final === "~" && fields[0]?.[0] === 27 && fields.length === 3) {
    const modifiers = (fields[1]?.[0] ?? 1) - 1;
    return (modifiers & ~SHIFT) === 0 ? { character: fields[2]?.[0] ?? 0 } : {};
  }
  const event = fields[1]?.[1];
  // Focus, the mouse, answers; and releases of other keys.
  if (event === RELEASED || "IOMcnRy".includes(final)) return { silent: true };
  return text === "\u001b[200~" || text === "\u001b[201~" ? { silent: true } : {};
}

/** A terminal that tells no shifted code: the tilde's key on a keyboard with the layout of the United States. */
const SHIFTED = new Map([[0x60, TILDE]]);
