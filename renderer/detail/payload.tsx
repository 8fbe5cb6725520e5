/** Owns how a request or response is shown: text as text, pictures and sound as such, everything as a tree. */
import { useMemo, useState } from "react";
import { check, z } from "../../shared/protocol/schema.ts";
import { formatBytes } from "./format-bytes.ts";
import { JsonView } from "./json-view.tsx";
import notes from "./notes.module.css";
import styles from "./payload.module.css";
import { PlainText, Preview, TextPart } from "./text-part.tsx";

interface PayloadProps {
  value: unknown;
  /** Full size in bytes when what is here is only the beginning. */
  cut: number | undefined;
  label: string;
  missing: string;
}

export function Payload({ value, cut, label, missing }: PayloadProps) {
  if (value === undefined) return <p className={notes.none}>{missing}</p>;
  const content = resultContent(value);
  return (
    <div className={styles.parts}>
      {cut !== undefined && (
        <p className={notes.warn} role="note">
          <strong>Cut.</strong> It is {formatBytes(cut)} long; the beginning was recorded.
        </p>
      )}
      {content.map((part) => (
        <Part key={part.place} part={part} label={label} />
      ))}
      {typeof value === "string" ? <TextPart text={value} label={label} /> : <Tree value={value} label={label} />}
    </div>
  );
}

/** A larger value is a preview first: a tree of it takes its time. */
const LARGE_CHARACTERS = 1024 * 1024;
const PREVIEW_CHARACTERS = 20_000;

function Tree({ value, label }: { value: unknown; label: string }) {
  const [all, setAll] = useState(false);
  const large = useMemo(() => largeJson(value), [value]);
  if (large === undefined || all) return <JsonView value={value} label={label} />;
  return (
    <>
      <PlainText text={`${large.slice(0, PREVIEW_CHARACTERS)}…`} label={label} />
      <Preview text={large} label={label} onAll={() => setAll(true)} />
    </>
  );
}

function largeJson(value: unknown): string | undefined {
  const text = JSON.stringify(value);
  return text.length > LARGE_CHARACTERS ? JSON.stringify(value, null, 2) : undefined;
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

/** No SVG: it is a document, not a picture. */
const IMAGE = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;
const AUDIO = /^audio\/[a-z0-9.+-]+$/;

function Part({ part, label }: { part: ContentPart; label: string }) {
  const type = part.mimeType ?? "";
  if (part.type === "text" && part.text !== undefined) return <TextPart text={part.text} label={label} />;
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
