/** When somebody points at the list: rows that are pointed at must not move. */
import { useCallback, useEffect, useRef } from "react";

/** The pointer counts as pointing for so long after it moved; a forgotten mouse does not stop the list for ever. */
const POINTING_MS = 3_000;

/** Tells when the pointer begins and ceases to point. Touch does not hover. */
export function usePointing(tell: (inside: boolean) => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const stop = useCallback(() => {
    clearTimeout(timer.current);
    tell(false);
  }, [tell]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    onPointerMove(event: { pointerType: string }) {
      if (event.pointerType === "touch") return;
      tell(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(stop, POINTING_MS);
    },
    onPointerLeave: stop,
  };
}
