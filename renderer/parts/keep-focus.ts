/** Keeps the focus from being lost when what had it is taken away: what stands nearest to it gets it. */
import { type RefObject, useEffect } from "react";

const FOCUSABLE =
  'button:not(:disabled), input:not(:disabled):not([type="hidden"]), select:not(:disabled), textarea:not(:disabled), summary, [tabindex="0"]';

/**
 * For places of few elements: every change in them is looked at. `otherwise` is asked where nothing is left in the place
 * that could be focused. Gives the function that stops it.
 */
export function keepFocus(root: HTMLElement, otherwise?: () => void): () => void {
  /** The focused element, then what surrounds it up to the root. */
  let trail: HTMLElement[] = [];
  const noteFocus = (): void => {
    const active = document.activeElement;
    trail = [];
    for (let at = active; at instanceof HTMLElement && root.contains(at); at = at.parentElement) trail.push(at);
  };
  const repair = (): void => {
    const [last, ...around] = trail;
    if (last === undefined || last.isConnected || document.activeElement !== document.body) return;
    const place = around.find((element) => element.isConnected) ?? root;
    const near = place.querySelector<HTMLElement>(FOCUSABLE) ?? place.closest<HTMLElement>("[tabindex]");
    if (near !== null) near.focus();
    else otherwise?.();
  };
  root.addEventListener("focusin", noteFocus);
  const observer = new MutationObserver(repair);
  observer.observe(root, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    root.removeEventListener("focusin", noteFocus);
  };
}

export function useKeptFocus(root: RefObject<HTMLElement | null>, otherwise?: () => void): void {
  useEffect(() => (root.current === null ? undefined : keepFocus(root.current, otherwise)), [root, otherwise]);
}
