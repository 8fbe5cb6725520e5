/** Decides for each key on a Mac whether Option is Meta, or types a character such as @ or | as the keyboard's layout has it. */
import type { Terminal } from "@xterm/xterm";
import type { Settings } from "../stores/settings-store.ts";

export type OptionIsMeta = Settings["optionIsMeta"];

/** `held`: the codes of the Option keys that are down. A key whose side is not known types. */
export function optionIsMeta(wanted: OptionIsMeta, held: ReadonlySet<string>): boolean {
  if (wanted === "left") return held.has("AltLeft");
  if (wanted === "right") return held.has("AltRight");
  return wanted === "both";
}

/** Gives a function that takes the person's choice. The terminal must ask only after this has seen the key. */
export function followOptionKey(terminal: Terminal, element: HTMLElement): (wanted: OptionIsMeta) => void {
  const held = new Set<string>();
  let wanted: OptionIsMeta = "off";
  const decide = (): void => {
    const meta = optionIsMeta(wanted, held);
    if (terminal.options.macOptionIsMeta !== meta) terminal.options.macOptionIsMeta = meta;
  };
  const onKey = (event: KeyboardEvent): void => {
    // One that was let go elsewhere.
    if (!event.altKey) held.clear();
    if (event.type === "keydown" && event.key === "Alt") held.add(event.code);
    else if (event.key === "Alt") held.delete(event.code);
    decide();
  };
  element.addEventListener("keydown", onKey, { capture: true });
  element.addEventListener("keyup", onKey, { capture: true });
  return (next) => {
    wanted = next;
    decide();
  };
}
