/** How a request or response is shown: text as text, pictures and sound as such, everything as a tree. */
import { useMemo, useState } from "react";
import type { RecordedPart } from "../../shared/events/tool-event.ts";
import { check, z } from "../../shared/protocol/schema.ts";
import { CutNote } from "./cut-note.tsx";
import { formatBytes } from "./format-bytes.ts";
import { JsonView } from "./json-view.tsx";
import { KeptMedia } from "./kept-media.tsx";
import notes from "./notes.module.css";
import styles from "./payload.module.css";
import { resultTexts } from "./result-texts.ts";
import { PlainText, Preview, TextPart } from "./text-part.tsx";

interface PayloadProps {
  value: unknown;
  /** Full size in bytes when some of it was recorded nowhere. */
  cut: number | undefined;
  /** What of it is shorter here or kept beside the events; pointers into the value. */
  parts: readonly RecordedPart[];
  session: string;
  label: string;
  missing: string;
}

export function Payload({ value, cut, parts, session, label, missing }: PayloadProps) {
  // What stands above as text is not said again as JSON.
  const { rest } = useMemo(() => resultTexts(value), [value]);
  if (value === undefined) return <p className={notes.none}>{missing}</p>;
  const content = resultContent(value);
  const shownAt = content.map(({ place }) => `/content/${place}/`);
  const others = parts.filter(({ at, kept }) => kept === undefined && !shownAt.some((place) => at.startsWith(place)));
  return (
    <div className={styles.parts}>
      {cut !== undefined && (
        <p className={notes.warn} role="note">
          <strong>Cut.</strong> It is {formatBytes(cut)} long;{" "}
          {parts.length === 0 ? "the beginning was recorded." : "what is missing is said at its place."}
        </p>
      )}
      {content.map((part) => (
        <Part key={part.place} part={part} label={label} session={session} parts={parts} />
      ))}
      {others.map((part) => (
        <CutNote key={part.at} part={part} />
      ))}
      {typeof value === "string" ? (
        <TextPart text={value} label={label} />
      ) : (
        rest !== undefined && <Tree value={rest} label={label} />
      )}
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
  resource: z
    .object({ text: z.string().optional(), blob: z.string().optional(), mimeType: z.string().optional() })
    .optional()
    .catch(undefined),
});
/** Parts have no identity but their place, and never move. */
type ContentPart = z.infer<typeof partSchema> & { place: number };
/** One that is none of these is seen in the tree. */
const contentSchema = z.object({ content: z.array(z.unknown()) });

function resultContent(value: unknown): ContentPart[] {
  const checked = check(contentSchema, value);
  if (!checked.ok) return [];
  return checked.value.content.flatMap((item, place) => {
    const part = check(partSchema, item);
    return part.ok ? [{ ...part.value, place }] : [];
  });
}

/** No SVG: it is a document, not a picture. */
const IMAGE = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;
const AUDIO = /^audio\/[a-z0-9.+-]+$/;

interface PartProps {
  part: ContentPart;
  label: string;
  session: string;
  parts: readonly RecordedPart[];
}

function Part({ part, label, session, parts }: PartProps) {
  const markOf = (field: string) => parts.find(({ at }) => at === `/content/${part.place}/${field}`);
  const { resource } = part;
  const text = part.type === "text" ? part.text : part.type === "resource" ? resource?.text : undefined;
  if (text !== undefined) {
    const cut = markOf(part.type === "text" ? "text" : "resource/text");
    return (
      <>
        <TextPart text={text} label={label} />
        {cut !== undefined && <CutNote part={cut} text={text} />}
      </>
    );
  }
  const type = (part.type === "resource" ? resource?.mimeType : part.mimeType) ?? "";
  const kind = IMAGE.test(type) ? "image" : AUDIO.test(type) ? "audio" : "file";
  const place = `/content/${part.place}/`;
  // A part of a kind that is not known here may have it elsewhere.
  const mark =
    markOf(part.type === "resource" ? "resource/blob" : "data") ??
    parts.find(({ at, kept }) => kept !== undefined && at.startsWith(place));
  if (mark?.kept !== undefined) {
    return <KeptMedia kind={kind} session={session} name={mark.kept} bytes={mark.bytes} type={type} />;
  }
  if (mark !== undefined) return <CutNote part={mark} what={NAMES[kind]} />;
  const data = part.type === "resource" ? resource?.blob : part.data;
  if (data !== undefined && kind === "image") {
    return <img className={styles.image} alt="Result of the tool" src={`data:${type};base64,${data}`} />;
  }
  if (data !== undefined && kind === "audio") {
    return (
      <audio className={styles.audio} controls src={`data:${type};base64,${data}`}>
        <track kind="captions" />
      </audio>
    );
  }
  return null;
}

const NAMES = { image: "Picture", audio: "Sound", file: "File" } as const;

/** Those of one field of a call, with pointers into that field. */
export const partsIn = (parts: readonly RecordedPart[] | undefined, field: string): RecordedPart[] =>
  (parts ?? []).flatMap((part) =>
    part.at === field || part.at.startsWith(`${field}/`) ? [{ ...part, at: part.at.slice(field.length) }] : [],
  );
