/** The keys of a replay: those of asciinema's player, and those of the product's list of calls. */

export interface KeyActions {
  toggle(): void;
  back(): void;
  on(): void;
  farBack(): void;
  farOn(): void;
  /** To a share of the whole, from 0 to 1. */
  part(share: number): void;
  end(): void;
  previousCall(): void;
  nextCall(): void;
  nextError(): void;
  slower(): void;
  faster(): void;
  follow(): void;
  help(): void;
}

export const KEY_WORDS: readonly (readonly [keys: string, what: string])[] = [
  ["Space, k", "Play or pause"],
  ["← →", "5 seconds back or on"],
  ["Shift ← →", "A tenth of the whole back or on"],
  ["[ ]", "Previous or next call"],
  ["e", "Next failed call"],
  ["0 … 9", "To 0 % … 90 %"],
  ["Home, End", "To the beginning or the end"],
  ["< >", "Slower or faster"],
  ["f", "Follow the calls"],
  ["?", "These keys"],
];

export function onKeys(actions: KeyActions): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    if (document.querySelector("dialog[open]") !== null || target instanceof HTMLSelectElement) return;
    // A button or a box that has the focus is pressed by Space, and a text scrolled by the arrows.
    const own = target instanceof HTMLButtonElement || (target instanceof HTMLInputElement && target.type !== "range");
    if (event.key === " " && own) return;
    if (target instanceof HTMLPreElement && /^(Arrow|Home|End| )/.test(event.key)) return;
    const act = actionOf(event, actions);
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}

function actionOf({ key, shiftKey }: KeyboardEvent, actions: KeyActions): (() => void) | undefined {
  if (/^[0-9]$/.test(key)) return () => actions.part(Number(key) / 10);
  switch (key) {
    case " ":
    case "k":
      return actions.toggle;
    case "ArrowLeft":
      return shiftKey ? actions.farBack : actions.back;
    case "ArrowRight":
      return shiftKey ? actions.farOn : actions.on;
    case "Home":
      return () => actions.part(0);
    case "End":
      return actions.end;
    case "[":
      return actions.previousCall;
    case "]":
      return actions.nextCall;
    case "e":
      return actions.nextError;
    case "<":
      return actions.slower;
    case ">":
      return actions.faster;
    case "f":
      return actions.follow;
    case "?":
      return actions.help;
    default:
      return undefined;
  }
}
