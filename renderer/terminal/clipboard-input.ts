/** Takes what a person pastes into a terminal, before xterm does: several lines for a program that would run each are asked about first. */
import type { Terminal } from "@xterm/xterm";
import { useSettings } from "../stores/settings-store.ts";
import { pastedFiles } from "./hand-files.ts";

export interface PasteParts {
  terminal: Terminal;
  element: HTMLElement;
  /** Text that waits for an answer. */
  onAsk: (text: string) => void;
  onFiles: (files: File[]) => void;
}

/** What is pasted when the question is answered. */
export type PasteAnswer = "as-it-is" | "one-line" | "never-ask" | "cancel";

export interface ClipboardInput {
  /** Pastes text as the person did, or asks first. */
  paste(text: string): void;
  /** Without a question. */
  pasteNow(text: string): void;
}

/** Lines that a program gets as separate ones: an Enter at the end is one of the first line's. */
export const linesOf = (text: string): number => text.replace(/(?:\r\n?|\n)$/, "").split(/\r\n?|\n/).length;

export const asOneLine = (text: string): string => text.trim().replace(/\s*(?:\r\n?|\n)\s*/g, " ");

export function createClipboardInput({ terminal, element, onAsk, onFiles }: PasteParts): ClipboardInput {
  function paste(text: string): void {
    const asks = useSettings.getState().warnPaste && !terminal.modes.bracketedPasteMode && linesOf(text) > 1;
    if (asks) onAsk(text);
    else terminal.paste(text);
  }
  element.addEventListener(
    "paste",
    (event) => {
      const files = pastedFiles(event.clipboardData);
      if (files.length > 0) {
        event.preventDefault();
        event.stopPropagation();
        onFiles(files);
        return;
      }
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (text === "") return;
      event.preventDefault();
      event.stopPropagation();
      paste(text);
    },
    { capture: true },
  );
  return { paste, pasteNow: (text) => terminal.paste(text) };
}

/** What the clipboard holds, where the browser gives it: its text, else its pictures. */
export async function readClipboard(): Promise<{ text: string; files: File[] }> {
  const items = await navigator.clipboard.read();
  const files: File[] = [];
  for (const item of items) {
    if (item.types.includes("text/plain")) return { text: await (await item.getType("text/plain")).text(), files: [] };
    const type = item.types.find((each) => each.startsWith("image/"));
    if (type === undefined) continue;
    const ending = type.slice("image/".length).replace(/[^a-z0-9].*$/, "");
    files.push(new File([await item.getType(type)], `image.${ending}`, { type }));
  }
  return { text: "", files };
}
