/**
 * Reads what a terminal sends to its program: which of it a person typed, which only says where the pointer is, and which the terminal
 * answers. Typing is recognised by what it is, so that a sequence that nobody here knows counts for nothing (docs/decisions/0038).
 */

/**
 * `typing`: keys, pasted text, pressed mouse buttons. `motion`: the pointer, the wheel, buttons and keys that are let go.
 * `answer`: replies to the program's questions, focus reports, and whatever is unknown.
 */
export type InputKind = "typing" | "motion" | "answer";

export interface InputPart {
  kind: InputKind;
  /** One character per byte, or UTF-16 as a page has it. */
  text: string;
}

export interface ReadInput {
  /** In order; neighbours differ in kind. */
  parts: InputPart[];
  /** A sequence whose end has not come; at most 1,024 characters. */
  rest: string;
}

const ESC = "\u001b";
/** Longer ones are pasted text. */
const MAX_CONTROL = 64;
const MAX_STRING = 1_024;
/** Bits of a mouse report's button: the pointer moved, the wheel turned. */
const [MOVED, WHEEL, NO_BUTTON] = [32, 64, 3];

export function readInput(text: string): ReadInput {
  const parts: InputPart[] = [];
  const add = (kind: InputKind, from: number, to: number): void => {
    const last = parts.at(-1);
    const piece = text.slice(from, to);
    if (piece === "") return;
    if (last?.kind === kind) last.text += piece;
    else parts.push({ kind, text: piece });
  };
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf(ESC, at);
    const plainEnd = next === -1 ? text.length : next;
    add("typing", at, plainEnd);
    if (next === -1) break;
    const found = sequenceAt(text, next);
    if (found === undefined) return { parts, rest: text.slice(next) };
    add(found.kind, next, found.end);
    at = found.end;
  }
  return { parts, rest: "" };
}

/** Whether any of it is typing. */
export const isTyping = (text: string): boolean => readInput(text).parts.some(({ kind }) => kind === "typing");

interface Sequence {
  kind: InputKind;
  /** Index behind it. */
  end: number;
}

/** The sequence that begins with the ESC at `at`; undefined when its end is missing. */
function sequenceAt(text: string, at: number): Sequence | undefined {
  switch (text[at + 1]) {
    case "[":
      return controlAt(text, at);
    case "]":
    case "P":
    case "_":
      return stringAt(text, at);
    case "O":
      return { kind: "typing", end: Math.min(at + 3, text.length) };
    default:
      // Alt and a key, or the Escape key alone. Two Escapes are two keys.
      return { kind: "typing", end: text[at + 1] === ESC ? at + 1 : Math.min(at + 2, text.length) };
  }
}

/** CSI, and the older mouse reports, whose three characters follow it. */
function controlAt(text: string, at: number): Sequence | undefined {
  const start = at + 2;
  // Alt+[ by itself.
  if (start === text.length) return { kind: "typing", end: start };
  if (text[start] === "M") {
    const end = start + 4;
    return end > text.length ? undefined : { kind: buttonKind(text.charCodeAt(start + 1) - 32, true), end };
  }
  // The console of Linux: F1 to F5.
  if (text[start] === "[") return { kind: "typing", end: Math.min(start + 2, text.length) };
  let end = start;
  while (isBetween(text, end, 0x30, 0x3f)) end += 1;
  const parameters = text.slice(start, end);
  const between = end;
  while (isBetween(text, end, 0x20, 0x2f)) end += 1;
  const intermediates = text.slice(between, end);
  // rxvt ends keys with Shift in a dollar sign.
  if (intermediates === "$" && end === text.length && /^\d+$/.test(parameters)) return { kind: "typing", end };
  if (end === text.length) return end - at > MAX_CONTROL ? { kind: "typing", end } : undefined;
  if (!isBetween(text, end, 0x40, 0x7e)) return { kind: "typing", end };
  return { kind: controlKind(parameters, intermediates, text[end] ?? ""), end: end + 1 };
}

function controlKind(parameters: string, intermediates: string, final: string): InputKind {
  if (final === "M" || final === "m") {
    const [button = ""] = parameters.replace("<", "").split(";");
    if (!/^<?\d+;\d+;\d+$/.test(parameters)) return "answer";
    return parameters.startsWith("<")
      ? buttonKind(Number(button), final === "M")
      : buttonKind(Number(button) - 32, final === "M");
  }
  if (intermediates !== "" || /^[<=>?]/.test(parameters)) return "answer";
  // kitty's keyboard protocol: the second part of the modifiers is what happened to the key.
  if (/^[\d:]*;\d*:3(;|$)/.test(parameters)) return KEYS.test(final) ? "motion" : "answer";
  if (KEYS.test(final)) return "typing";
  // Shifted arrows of rxvt.
  if (parameters === "" && /[abcd]/.test(final)) return "typing";
  // Windows' own records of keys: the fourth number says whether it is pressed.
  if (final === "_") return parameters.split(";")[3] === "1" ? "typing" : "motion";
  // Ctrl+Tab as mintty sends it.
  return final === "I" && /^1;\d+$/.test(parameters) ? "typing" : "answer";
}

/** Finals of keys: arrows, Home, End, F1 to F12, Shift+Tab, editing and pasting, kitty's keys, and rxvt's with Ctrl and Shift. `R` is a place. */
const KEYS = /[A-FHPQSZu~^@]/;

/** `button`: without the 32 that older reports add. */
function buttonKind(button: number, pressed: boolean): InputKind {
  const moves = (button & (MOVED | WHEEL)) !== 0;
  // The older reports name no button that is let go.
  const letGo = !pressed || (button & NO_BUTTON) === NO_BUTTON;
  return moves || letGo ? "motion" : "typing";
}

// What a string of an answer begins with: a number of OSC; of DCS a version, a setting, a capability or an identity; of APC a picture.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the control sequences themselves.
const ANSWER = /^\u001b(?:\]\d{1,5};|P(?:>\||[01]?[$+]r|![|])|_G)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the control sequences themselves.
const ANSWER_BEGINS = /^\u001b(?:\]\d{1,5}|P(?:>|!|[01][$+]?|[$+]))$/;

/** OSC, DCS and APC. What cannot be an answer is Alt and a key, and what follows it is typed. */
function stringAt(text: string, at: number): Sequence | undefined {
  const alt: Sequence = { kind: "typing", end: at + 2 };
  const head = text.slice(at, at + 10);
  if (!ANSWER.test(head)) return ANSWER_BEGINS.test(head) ? undefined : alt;
  for (let end = at + 2; end < text.length && end - at < MAX_STRING; end += 1) {
    const code = text.charCodeAt(end);
    if (code === 0x07) return { kind: "answer", end: end + 1 };
    if (code === 0x1b) {
      if (end + 1 === text.length) return undefined;
      return text[end + 1] === "\\" ? { kind: "answer", end: end + 2 } : alt;
    }
    if (code < 0x20) return alt;
  }
  return text.length - at < MAX_STRING ? undefined : alt;
}

function isBetween(text: string, at: number, low: number, high: number): boolean {
  const code = text.charCodeAt(at);
  return code >= low && code <= high;
}
