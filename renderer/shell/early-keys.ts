/** The keys that are pressed between the opening of a dialog and its getting the focus: none may reach the terminal. */
import { useCallback, useLayoutEffect } from "react";
import { closeOverlay, type Overlay, useView } from "../stores/view-store.ts";

/** They begin with a field for text. */
const WITH_FIELD: ReadonlySet<Overlay> = new Set<Overlay>(["palette", "settings"]);

let typed = "";

/** Called for each key before anybody sees it. Gives true when the key was kept back. */
export function keepBack(event: KeyboardEvent): boolean {
  const { overlay } = useView.getState();
  if (overlay === undefined || (event.target instanceof Element && event.target.closest('[role="dialog"]') !== null)) {
    return false;
  }
  if (event.key === "Escape") {
    typed = "";
    closeOverlay();
  } else if (event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey && WITH_FIELD.has(overlay)) {
    typed += event.key;
  }
  event.preventDefault();
  event.stopPropagation();
  return true;
}

/** Adds to a field what was typed for it too early: when it is drawn, and with the function that this gives, when it gets the focus. */
export function useEarlyText(setText: (change: (text: string) => string) => void): () => void {
  const take = useCallback(() => {
    const early = typed;
    typed = "";
    if (early !== "") setText((text) => text + early);
  }, [setText]);
  useLayoutEffect(take, [take]);
  return take;
}
