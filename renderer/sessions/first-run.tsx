/** The first page: a session is two choices away. */

import styles from "./new-session.module.css";
import { NewSessionForm } from "./new-session-form.tsx";

export function FirstRun() {
  return (
    <div className={styles.first} data-region="terminal">
      <div className={styles.firstInner}>
        <h1 className={styles.headline}>Start your first session</h1>
        <p className={styles.subline}>Your agent's terminal on the left, what its tools are doing on the right.</p>
        <NewSessionForm withName={false} />
      </div>
    </div>
  );
}
