/** Takes what a person types, pastes, points and clicks in a terminal on its way to the program. */
import type { Terminal } from "@xterm/xterm";
import { isTyping } from "../../shared/terminal/read-input.ts";
import { INPUT_METHOD_KEY } from "../keys/input-method.ts";
import { createComposedText } from "./composed-text.ts";
import { isNewline, NEWLINE_IN_PROMPT, withCtrl } from "./terminal-keys.ts";

/** `person`: typed, pasted or clicked. `wheel`: arrow keys that the terminal makes of the wheel. `terminal`: its answers, and where the pointer is. */
export type InputOrigin = "person" | "wheel" | "terminal";

interface InputParts {
  terminal: Terminal;
  /** That the terminal is opened in. */
  element: HTMLElement;
  /** False when it is neither sent nor kept. */
  send: (bytes: Uint8Array<ArrayBuffer>, origin: InputOrigin) => boolean;
  onRefused: () => void;
  /** Before the first byte of a person's own input. */
  onPerson: () => void;
  /** Gives true when the key means something to the page and not to the program. */
  takes: (event: KeyboardEvent) => boolean;
}

export interface TerminalInput {
  /** Types as if the person did, behind what is being composed. */
  type(data: string): void;
  /** For the next key that the person types; `used` is called when that has come. */
  holdCtrl(held: boolean, used?: () => void): void;
}

const encoder = new TextEncoder();

export function createTerminalInput(parts: InputParts): TerminalInput {
  const { terminal, element, send, onRefused, onPerson, takes } = parts;
  /** What the person did last. */
  let hand: "keys" | "wheel" = "keys";
  let ctrlHeld = false;
  let ctrlUsed: (() => void) | undefined;
  const composed = createComposedText(element, () => terminal.textarea);

  function pass(data: string, encode: (data: string) => Uint8Array<ArrayBuffer>): void {
    const typed = isTyping(data);
    const origin = !typed ? "terminal" : hand === "wheel" ? "wheel" : "person";
    const byPerson = origin === "person";
    if (byPerson) onPerson();
    // A refusal is told to the person, who knows nothing of the terminal's own answers.
    if (!send(encode(ctrlHeld && byPerson ? withCtrl(data) : data), origin) && byPerson) onRefused();
    if (!byPerson) return;
    if (ctrlHeld) {
      ctrlHeld = false;
      ctrlUsed?.();
    }
    composed.sent();
  }
  const passText = (data: string) => pass(data, (text) => encoder.encode(text));

  function type(data: string): void {
    const before = composed.finish();
    hand = "keys";
    if (before !== "") passText(before);
    composed.after(() => passText(data));
  }

  for (const kind of ["keydown", "paste", "input", "compositionend", "mousedown"] as const) {
    element.addEventListener(
      kind,
      () => {
        hand = "keys";
      },
      { capture: true },
    );
  }
  element.addEventListener(
    "wheel",
    () => {
      hand = "wheel";
    },
    { capture: true, passive: true },
  );
  terminal.onData(passText);
  // Reports of the pointer in the older form, a character per byte.
  terminal.onBinary((data) => pass(data, (text) => Uint8Array.from(text, (character) => character.charCodeAt(0))));
  terminal.attachCustomKeyEventHandler((event) => {
    // A shortcut of the page was taken before the terminal could see it.
    if (event.defaultPrevented) return false;
    // It may end a composition, and comes again as itself where it does not.
    if (event.keyCode === INPUT_METHOD_KEY) return true;
    if (takes(event)) {
      event.preventDefault();
      return false;
    }
    if (!isNewline(event)) return true;
    if (event.type === "keydown") {
      event.preventDefault();
      composed.after(() => passText(NEWLINE_IN_PROMPT));
    }
    return false;
  });
  return {
    type,
    holdCtrl(held, used) {
      ctrlHeld = held;
      ctrlUsed = used;
    },
  };
}
