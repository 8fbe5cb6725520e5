/** Says of one part of a request or response how much of it is missing, and why. */
import type { RecordedPart } from "../../shared/events/tool-event.ts";
import { MAX_KEPT_PART_BYTES } from "../../shared/protocol/wire.ts";
import { formatBytes } from "./format-bytes.ts";
import notes from "./notes.module.css";

interface CutNoteProps {
  part: RecordedPart;
  /** What stands there: the text that was recorded, if any. */
  text?: string | undefined;
  /** `Picture`, `Sound` or another name for what is not text. */
  what?: string | undefined;
}

export function CutNote({ part, text, what }: CutNoteProps) {
  return (
    <p className={notes.warn} role="note">
      {sentence(part, text, what)}
    </p>
  );
}

function sentence(
  { at, bytes, items, left_out: leftOut }: RecordedPart,
  text: string | undefined,
  what: string | undefined,
): string {
  const size = formatBytes(bytes);
  if (what !== undefined) {
    return bytes > MAX_KEPT_PART_BYTES
      ? `${what} of ${size}, not recorded: the limit is ${formatBytes(MAX_KEPT_PART_BYTES)}. The agent has all of it.`
      : `${what} of ${size}, not recorded: there was no room for it. The agent has all of it.`;
  }
  if (leftOut !== undefined) {
    const where = text === undefined ? `“${at.slice(1)}” is cut` : "Cut";
    return `${where}: ${formatBytes(leftOut)} of ${size} are left out, where it says so. The agent has all of it.`;
  }
  if (text !== undefined) {
    const missing = Math.max(0, bytes - new TextEncoder().encode(text).length);
    return `Cut here: ${formatBytes(missing)} of ${size} are missing. The agent has all of it.`;
  }
  const where = at === "" ? "It" : `“${at.slice(1)}”`;
  if (items !== undefined) return `${where} is cut: ${items.toLocaleString("en-US")} of its items are missing.`;
  return `${where} is cut: it had ${size}.`;
}
