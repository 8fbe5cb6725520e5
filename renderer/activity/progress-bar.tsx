/** The bar of a running call: it follows every update by itself, past React, and only its transform ever changes. */
import { useLayoutEffect, useRef } from "react";
import type { Call } from "../../shared/events/call.ts";
import { oneLine } from "../../shared/text/visible.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import styles from "./progress-bar.module.css";
import { type Bar, percentOf } from "./progress-truth.ts";

/** Updates that follow each other sooner than this, in milliseconds, need no easing: they are smooth by themselves. */
const SMOOTH_MS = 250;

export function ProgressBar({ store, call, bar }: { store: CallLogStore; call: Call; bar: Bar }) {
  const { id } = call;
  const fill = useRef<HTMLSpanElement>(null);
  const known = bar.kind === "percent";

  useLayoutEffect(() => {
    const element = fill.current;
    if (element === null || !known) return;
    let drawn = -1;
    let drawnAt = Number.NEGATIVE_INFINITY;
    let eased = true;
    const draw = () => {
      const now = store.log.calls.get(id);
      const percent = now === undefined ? undefined : percentOf(now);
      if (percent === undefined || percent === drawn) return;
      const at = performance.now();
      const ease = at - drawnAt >= SMOOTH_MS;
      // A transition that is started anew twenty times a second costs more than everything else in the row.
      if (ease !== eased) element.style.transitionDuration = ease ? "" : "0s";
      eased = ease;
      element.style.transform = `scaleX(${percent / 100})`;
      drawn = percent;
      drawnAt = at;
    };
    draw();
    return store.subscribeCall(id, draw);
  }, [store, id, known]);

  return (
    <span
      role="progressbar"
      aria-label={`Progress of ${oneLine(call.tool, 80)}`}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(known ? { "aria-valuenow": bar.percent } : {})}
      className={styles.track}
    >
      <span ref={fill} className={known ? styles.fill : styles.indeterminate} />
    </span>
  );
}
