/** Owns what a person types, pastes and clicks into a terminal on its way to the program. */
import type { Terminal } from "@xterm/xterm";
import { NEWLINE_IN_PROMPT, withCtrl } from "./terminal-keys.ts";

interface InputParts {
  terminal: Terminal;
  element: HTMLElement;
  /** False when it is neither sent nor kept. What the terminal answers by itself is not `byPerson`. */
  send: (bytes: Uint8Array<ArrayBuffer>, byPerson: boolean) => boolean;
  onRefused: () => void;
  /** Before the first byte of a person's own input. */
  onPerson: () => void;
}

export interface TerminalInput {
  /** Types as if the person did. */
  type(data: string): void;
  /** For the next key that the person types; `used` is called when that has come. */
  holdCtrl(held: boolean, used?: () => void): void;
}

const encoder = new TextEncoder();
/** The terminal answers questions of programs by itself. What it emits this soon after a key, a paste or a click is the person's. */
const PERSON_MS = 500;

export function createTerminalInput({ terminal, element, send, onRefused, onPerson }: InputParts): TerminalInput {
  let personAt = Number.NEGATIVE_INFINITY;
  let ctrlHeld = false;
  let ctrlUsed: (() => void) | undefined;
  const noticePerson = (): void => {
    personAt = performance.now();
  };

  function pass(data: string): void {
    const byPerson = performance.now() - personAt < PERSON_MS;
    if (byPerson) onPerson();
    const bytes = encoder.encode(ctrlHeld && byPerson ? withCtrl(data) : data);
    // A refusal is told to the person, who knows nothing of the terminal's own answers.
    if (!send(bytes, byPerson) && byPerson) onRefused();
    if (!ctrlHeld || !byPerson) return;
    ctrlHeld = false;
    ctrlUsed?.();
  }
  function type(data: string): void {
    noticePerson();
    pass(data);
  }

  for (const kind of ["keydown", "paste", "input", "mousedown"] as const) {
    element.addEventListener(kind, noticePerson, { capture: true });
  }
  terminal.onData(pass);
  terminal.onBinary((data) => {
    if (
      !send(
        Uint8Array.from(data, (character) => character.charCodeAt(0)),
        true,
      )
    )
      onRefused();
  });
  terminal.attachCustomKeyEventHandler((event) => {
    // A shortcut of the page was taken before the terminal could see it.
    if (event.defaultPrevented) return false;
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.key !== "Enter" || !event.shiftKey || !plain) return true;
    if (event.type === "keydown") {
      event.preventDefault();
      type(NEWLINE_IN_PROMPT);
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
