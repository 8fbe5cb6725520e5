/** What a device that may only watch gets of a page that changes things: all of it to read, nothing to press. */
import type { ReactNode } from "react";
import { useWatching } from "../stores/app-store.ts";
import styles from "./pages.module.css";

export function Guarded({ children }: { children: ReactNode }) {
  const watching = useWatching();
  return (
    <>
      {watching && (
        <p className={styles.watching}>
          This device has view-only access. Make changes on the computer itself, or on a device with full access.
        </p>
      )}
      <fieldset className={styles.guard} disabled={watching}>
        {children}
      </fieldset>
    </>
  );
}
