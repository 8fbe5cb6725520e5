/** Shows that files can be dropped on a terminal, and how far one is on its way. */
import { useEffect, useRef, useState } from "react";
import { Button } from "../parts/button.tsx";
import { useWatching } from "../stores/app-store.ts";
import type { Handing } from "./hand-files.ts";
import type { LiveTerminal } from "./live-terminal.ts";
import styles from "./terminal.module.css";

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;

interface DropPlaceProps {
  live: LiveTerminal | undefined;
  handing: Handing | undefined;
}

/** Fills the element that it is in, and takes what is dropped on that. */
export function DropPlace({ live, handing }: DropPlaceProps) {
  const place = useRef<HTMLDivElement>(null);
  const watching = useWatching();
  const [over, setOver] = useState(false);

  useEffect(() => {
    const around = place.current?.parentElement;
    if (around === null || around === undefined || live === undefined) return;
    /** Elements within are entered before others are left. */
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth -= 1;
      if (depth <= 0) setOver(false);
    };
    const drop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      live.focus();
      void live.files.hand([...(event.dataTransfer?.files ?? [])]);
    };
    around.addEventListener("dragenter", enter);
    around.addEventListener("dragleave", leave);
    around.addEventListener("drop", drop);
    // A file that misses would otherwise replace the page.
    window.addEventListener("dragover", keepPage);
    window.addEventListener("drop", keepPage);
    return () => {
      around.removeEventListener("dragenter", enter);
      around.removeEventListener("dragleave", leave);
      around.removeEventListener("drop", drop);
      window.removeEventListener("dragover", keepPage);
      window.removeEventListener("drop", keepPage);
    };
  }, [live]);

  return (
    <div ref={place} className={styles.dropPlace}>
      {over && (
        <p className={styles.dropHint}>
          {watching ? "This device has view-only access" : "Drop to put the file's path into the prompt"}
        </p>
      )}
      <div role="status">
        {handing !== undefined && (
          <div className={styles.handing}>
            <span>
              Sending {handing.name}
              {handing.of > 1 && ` (${handing.at} of ${handing.of})`}
            </span>
            <progress aria-label="Sent" value={handing.share} />
            <Button onClick={() => live?.files.cancel()}>Cancel</Button>
          </div>
        )}
      </div>
    </div>
  );
}

function keepPage(event: DragEvent): void {
  if (hasFiles(event)) event.preventDefault();
}
