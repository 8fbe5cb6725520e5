/** How a fault is shown in place: what happened, then what was not lost or what to do. */
import type { Fault } from "../../shared/protocol/fault.ts";
import { visible } from "../../shared/text/visible.ts";
import { CodeText } from "../parts/code-text.tsx";
import styles from "../parts/form.module.css";

export function FaultNote({ fault }: { fault: Fault | undefined }) {
  if (fault === undefined) return null;
  return (
    <div role="alert" className={styles.fault}>
      <p>
        <CodeText text={visible(fault.message)} />
      </p>
      {fault.hint !== undefined && (
        <p className={styles.faultHint}>
          <CodeText text={visible(fault.hint)} />
        </p>
      )}
    </div>
  );
}
