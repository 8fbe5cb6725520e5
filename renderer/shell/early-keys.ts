/** Owns the keys that are pressed between the opening of a dialog and its getting the focus: none may reach the terminal. */
import { useView } from "../stores/view-store.ts";

let typed = "";

/** Called for each key before anybody sees it. Gives true when the key was kept back. */
export function keepBack(event: KeyboardEvent): boolean {
  const { overlay } = useView.getState();
  if (overlay === undefined || (event.target instanceof Element && event.target.closest('[role="dialog"]') !== null)) {
    return false;
  }
  if (event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) typed += event.key;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

/** What was typed too early, for the field that it was meant for. */
export function takeEarlyText(): string {
  const text = typed;
  typed = "";
  return text;
}
