/** Which rows of the activity list are in the document: those that its viewport shows, and a few more. */
import { type RefObject, useCallback, useLayoutEffect, useState } from "react";
import type { RowLayout } from "./row-layout.ts";

const OVERSCAN = 6;
const NONE: Shown = { first: 0, last: -1 };

/** Of the viewport when it was last measured. Another list begins with as many rows: measuring first costs it a second pass. */
let lastHeight = 0;

/** Places counted from the top: they stay the same when older rows come in below. */
export interface Shown {
  first: number;
  last: number;
}

export interface Rows {
  shown: Shown;
  /** To be called when the list was scrolled. */
  update: () => void;
  /** Scrolls just so far that a row, counted from the oldest, is seen whole. */
  reveal: (row: number) => void;
}

/** `version` changes with the layout, which is one object that grows. */
export function useRows(scroller: RefObject<HTMLElement | null>, layout: RowLayout, version: number): Rows {
  const [shown, setShown] = useState(() => (lastHeight === 0 ? NONE : rowsAt(layout, 0, lastHeight)));
  const update = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    lastHeight = element.clientHeight;
    const next = rowsAt(layout, element.scrollTop, lastHeight);
    setShown((now) => (now.first === next.first && now.last === next.last ? now : next));
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
  return { shown, update, reveal };
}

function rowsAt(layout: RowLayout, scrollTop: number, height: number): Shown {
  const { from, to } = layout.visible(scrollTop, height, OVERSCAN);
  return from < 0 ? NONE : { first: layout.count - 1 - from, last: layout.count - 1 - to };
}
