/** The separator between two panels: moved by pointer or keys, its place read aloud in whole percent. */
import { useEffect, useRef } from "react";
import { Separator } from "react-resizable-panels";
import styles from "./panel-separator.module.css";

interface SeparatorProps {
  label: string;
  /** What stands before it: the panel whose share of the width is said. */
  before: string;
}

export function PanelSeparator({ label, before }: SeparatorProps) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    const round = () => speakWhole(current, before);
    round();
    // The library writes these as it measures them, "43.21739", and lets nobody else write them.
    const observer = new MutationObserver(round);
    observer.observe(current, { attributeFilter: [...VALUES] });
    return () => observer.disconnect();
  }, [before]);
  return <Separator elementRef={element} className={styles.separator} aria-label={label} />;
}

const VALUES = ["aria-valuenow", "aria-valuemin", "aria-valuemax"] as const;

function speakWhole(separator: HTMLElement, before: string): void {
  for (const name of VALUES) {
    const value = separator.getAttribute(name);
    const whole = value === null ? undefined : String(Math.round(Number(value)));
    if (whole === undefined) continue;
    if (whole !== value) separator.setAttribute(name, whole);
    if (name === "aria-valuenow") separator.setAttribute("aria-valuetext", `${before} ${whole} %`);
  }
}
