/** Owns how a request or response is shown: text as text, pictures and sound as such, everything as a tree. */

import { check, z } from "../../shared/protocol/schema.ts";
import { visible } from "../../shared/text/visible.ts";
import styles from "./detail.module.css";
import { formatBytes } from "./format-bytes.ts";
import { JsonView } from "./json-view.tsx";

interface PayloadProps {
  value: unknown;
  /** Full size in bytes when what is here is only the beginning. */
  cut: number | undefined;
  label: string;
  missing: string;
}

export function Payload({ value, cut, label, missing }: PayloadProps) {
  if (value === undefined) return <p className={styles.none}>{missing}</p>;
  const content = resultContent(value);
  return (
    <div className={styles.overview}>
      {cut !== undefined && (
        <p className={styles.warn} role="note">
          <strong>Cut.</strong> It is {formatBytes(cut)} long; the beginning was recorded.
        </p>
      )}
      {content.map((part) => (
        <Part key={part.place} part={part} />
      ))}
      {typeof value === "string" ? (
        <pre className={styles.text}>{visibleText(value)}</pre>
      ) : (
        <JsonView value={value} label={label} />
      )}
    </div>
  );
}

const partSchema = z.object({
  type: z.string(),
  text: z.string().optional(),
  data: z.string().optional(),
  mimeType: z.string().optional(),
});
/** Parts have no identity but their place, and never move. */
type ContentPart = z.infer<typeof partSchema> & { place: string };
const contentSchema = z.object({ content: z.array(partSchema) });

function resultContent(value: unknown): ContentPart[] {
  const checked = check(contentSchema, value);
  return checked.ok ? checked.value.content.map((part, at) => ({ ...part, place: `part-${at}` })) : [];
}

/** Longer text is shown to here; the tree below has it too, and copying takes the whole. */
const MAX_TEXT = 100_000;
/** No SVG: it is a document, not a picture. */
const IMAGE = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;
const AUDIO = /^audio\/[a-z0-9.+-]+$/;

function Part({ part }: { part: ContentPart }) {
  const type = part.mimeType ?? "";
  if (part.type === "text" && part.text !== undefined)
    return <pre className={styles.text}>{visibleText(part.text)}</pre>;
  if (part.type === "image" && part.data !== undefined && IMAGE.test(type)) {
    return <img className={styles.image} alt="Result of the tool" src={`data:${type};base64,${part.data}`} />;
  }
  if (part.type === "audio" && part.data !== undefined && AUDIO.test(type)) {
    return (
      <audio className={styles.audio} controls src={`data:${type};base64,${part.data}`}>
        <track kind="captions" />
      </audio>
    );
  }
  return null;
}

/** Line breaks and tabs stay; every other control character is shown. */
function visibleText(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return cut
    .replace(/\r\n/g, "\n")
    .split("\n")
    .map((line) => line.split("\t").map(visible).join("\t"))
    .join("\n");
}
