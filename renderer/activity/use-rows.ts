/** Owns which rows of the activity list are in the document: those that its viewport shows, and a few more. */
import { type RefObject, useCallback, useLayoutEffect, useState } from "react";
import type { RowLayout, RowWindow } from "./row-layout.ts";

const OVERSCAN = 6;
const NONE: RowWindow = { from: -1, to: -1 };

export interface Rows {
  window: RowWindow;
  /** To be called when the list was scrolled. */
  update: () => void;
  /** Scrolls just so far that a row, counted from the oldest, is seen whole. */
  reveal: (row: number) => void;
}

/** `version` changes with the layout, which is one object that grows. */
export function useRows(scroller: RefObject<HTMLElement | null>, layout: RowLayout, version: number): Rows {
  const [window, setWindow] = useState(NONE);
  const update = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const next = layout.visible(element.scrollTop, element.clientHeight, OVERSCAN);
    setWindow((now) => (now.from === next.from && now.to === next.to ? now : next));
  }, [scroller, layout]);

  useLayoutEffect(() => {
    if (version >= 0) update();
  }, [update, version]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(update);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, update]);

  const reveal = useCallback(
    (row: number) => {
      const element = scroller.current;
      if (element === null) return;
      const top = layout.topOf(row);
      const bottom = top + layout.heightOf(row);
      if (top < element.scrollTop) element.scrollTop = top;
      else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
      update();
    },
    [scroller, layout, update],
  );
  return { window, update, reveal };
}
