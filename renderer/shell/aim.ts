/** Leads a person to one thing inside a dialog: it is opened, scrolled into view and focused as soon as it is there. */
import { type RefObject, useEffect, useRef } from "react";
import { type Aim, useView } from "../stores/view-store.ts";

/** What is focused inside of it, the first of these that there is. */
const FOCUSED = ["[role=switch]:not([aria-disabled=true], [data-disabled])", "button:not(:disabled)"];

/** For the element that the aim may mean. `isMeant` says yes only once the element is there. */
export function useAim<E extends HTMLElement>(isMeant: (aim: Aim) => boolean): RefObject<E | null> {
  const element = useRef<E>(null);
  const meant = useView(({ aim }) => aim !== undefined && isMeant(aim));
  useEffect(() => {
    if (!meant) return;
    let frame = 0;
    // A dialog that opens takes the focus for itself first.
    frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        if (element.current === null) return;
        reach(element.current);
        useView.setState({ aim: undefined });
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [meant]);
  return element;
}

function reach(element: HTMLElement): void {
  for (let around = element.closest("details"); around !== null; around = nextAround(around)) around.open = true;
  const inside = element.querySelector<HTMLDetailsElement>(":scope > details");
  if (inside !== null) inside.open = true;
  element.scrollIntoView({ block: "center" });
  const found = FOCUSED.map((selector) => element.querySelector<HTMLElement>(selector));
  const target = inside?.querySelector<HTMLElement>("summary") ?? found.find((each) => each !== null);
  if (target === undefined) element.tabIndex = -1;
  (target ?? element).focus({ preventScroll: true });
}

const nextAround = (details: HTMLElement): HTMLDetailsElement | null =>
  details.parentElement?.closest("details") ?? null;
