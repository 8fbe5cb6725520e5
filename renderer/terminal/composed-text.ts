/** Keeps what the page itself sends behind the text that an input method composes: the terminal sends that text only when it is finished. */
import { INPUT_METHOD_KEY } from "../keys/input-method.ts";

export interface ComposedText {
  /** Calls it now, or once the composed text has been sent. */
  after(run: () => void): void;
  /** The terminal has sent what somebody typed. */
  sent(): void;
  /** Ends a composition that is open. Gives its text, which the terminal will not send any more; empty when there is none. */
  finish(): string;
}

/** `element`: around the terminal's own field; `field`: that field, once the terminal is open. */
export function createComposedText(element: HTMLElement, field: () => HTMLTextAreaElement | undefined): ComposedText {
  let open = false;
  let text = "";
  /** The terminal reads its field in a task of its own. */
  let unsent = false;
  let waiting: (() => void)[] = [];

  function flush(): void {
    unsent = false;
    const due = waiting;
    waiting = [];
    for (const run of due) run();
  }

  function ended(): void {
    open = false;
    unsent = true;
    // The terminal's own task was queued before this one.
    setTimeout(() => {
      if (unsent && !open) flush();
    });
  }

  element.addEventListener("compositionstart", () => {
    open = true;
    text = "";
  });
  element.addEventListener("compositionupdate", ({ data }) => {
    text = data;
  });
  element.addEventListener("compositionend", ended);
  // Input methods also change the field without composing.
  element.addEventListener("keydown", ({ keyCode }) => {
    if (keyCode === INPUT_METHOD_KEY && !open) ended();
  });

  return {
    after(run) {
      if (open || unsent) waiting.push(run);
      else run();
    },
    sent() {
      if (unsent) flush();
    },
    finish() {
      const input = field();
      if (!open || input === undefined) return "";
      const composed = text;
      // Leaving the field ends the composition everywhere; the terminal empties the field then.
      input.blur();
      input.focus();
      open = false;
      unsent = false;
      return composed;
    },
  };
}
