/** The small disc that goes with a worded state. */
import styles from "./dot.module.css";

export type DotTone = "good" | "warn" | "bad" | "idle";

export const Dot = ({ tone }: { tone: DotTone }) => <span aria-hidden="true" className={styles[tone]} />;
