/** How one text of a tool is shown: Markdown inert, anything else as it is, long ones cut with a way to the whole. */

import { lazy, Suspense, useMemo, useState } from "react";
import { visible } from "../../shared/text/visible.ts";
import { loadCode } from "../gateway/load-code.ts";
import { Button } from "../parts/button.tsx";
import { copyText } from "../shell/actions.ts";
import { useServices } from "../shell/services.ts";
import { CopyBlock } from "./copy-block.tsx";
import { formatBytes } from "./format-bytes.ts";
import { isMarkdown } from "./is-markdown.ts";
import styles from "./payload.module.css";

const MarkdownText = lazy(() => loadCode(() => import("./markdown-text.tsx")));

/** Characters shown of a longer text until the whole is asked for. */
const SHOWN = 100_000;

export function TextPart({ text, label }: { text: string; label: string }) {
  const { host } = useServices();
  const [plain, setPlain] = useState(false);
  const markdown = useMemo(() => isMarkdown(text), [text]);
  if (!markdown) return <PlainText text={text} label={label} />;
  return (
    <div className={styles.part}>
      {plain ? (
        <PlainText text={text} label={label} />
      ) : (
        <Suspense fallback={<PlainText text={text} label={label} />}>
          <MarkdownText text={text} onOpen={(address) => void host.openExternal(address)} />
        </Suspense>
      )}
      <Button kind="link" onClick={() => setPlain(!plain)}>
        {plain ? "Show formatted" : "Show as plain text"}
      </Button>
    </div>
  );
}

export function PlainText({ text, label }: { text: string; label: string }) {
  const [all, setAll] = useState(false);
  const cut = text.length > SHOWN && !all;
  const shown = useMemo(() => visibleText(cut ? `${text.slice(0, SHOWN)}…` : text), [text, cut]);
  return (
    <>
      <div className={styles.block}>
        <pre className={styles.text} tabIndex={0}>
          {shown}
        </pre>
        <CopyBlock label={label} text={() => text} />
      </div>
      {cut && <Preview text={text} label={label} onAll={() => setAll(true)} />}
    </>
  );
}

interface PreviewProps {
  /** The whole. */
  text: string;
  label: string;
  onAll: () => void;
}

/** Says that what stands above is the beginning, and of how much. */
export function Preview({ text, label, onAll }: PreviewProps) {
  return (
    <div className={styles.preview}>
      <span>The beginning of {formatBytes(sizeOf(text))}.</span>
      <Button onClick={onAll}>Show all</Button>
      <Button onClick={() => void copyText(text, label)}>Copy all</Button>
    </div>
  );
}

const sizeOf = (text: string): number => new TextEncoder().encode(text).length;

/** Line breaks and tabs stay; every other control character is shown. */
function visibleText(text: string): string {
  return text
    .replace(/\r\n/g, "\n")
    .split("\n")
    .map((line) => line.split("\t").map(visible).join("\t"))
    .join("\n");
}
