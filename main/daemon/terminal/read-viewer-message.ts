/** Owns what a viewer's message means: keystrokes, or one of the frames of its protocol. */

import { parseJson, z } from "../../../shared/protocol/schema.ts";
import { type TerminalClientFrame, terminalClientFrameSchema } from "../../../shared/protocol/terminal-frames.ts";

export type ViewerMessage =
  | { type: "input"; bytes: Buffer }
  | TerminalClientFrame
  | { type: "invalid"; reason: string };

const compatResizeSchema = z.object({
  type: z.literal("resize"),
  cols: z.number().int().min(2).max(1000),
  rows: z.number().int().min(1).max(1000),
});

/** `signalbox.v1`: binary is input, text is a frame. */
export function readMessage(bytes: Buffer, binary: boolean): ViewerMessage {
  if (binary) return { type: "input", bytes };
  const frame = parseJson(terminalClientFrameSchema, bytes.toString("utf8"));
  return frame.ok ? frame.value : { type: "invalid", reason: frame.reason };
}

/** `construct.v1`: everything is input but a text that is a resize. */
export function readCompatMessage(bytes: Buffer, binary: boolean): ViewerMessage {
  if (!binary && bytes[0] === 0x7b) {
    const resize = parseJson(compatResizeSchema, bytes.toString("utf8"));
    if (resize.ok) return resize.value;
  }
  return { type: "input", bytes };
}

// What a terminal sends by itself: device attributes, status and cursor reports, mode reports, window reports, keyboard modes, focus, and colour,
// DCS and APC answers.
const REPORT =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the control sequences themselves.
  /^(?:\u001b\[[?>=]?[\d;]*(?:[cnRt]|\$y)|\u001b\[\?\d+u|\u001b\[[IO]|\u001b\][\d;]+(?:rgb:[\da-fA-F/]+)?(?:\u0007|\u001b\\)|\u001b[P_][^\u001b]*\u001b\\)+$/;

/** Whether input is nothing but answers of the viewer's own terminal. Of several viewers only the one that types may answer a program. */
export function isAutomaticReply(bytes: Buffer): boolean {
  return bytes[0] === 0x1b && bytes.length < 1024 && REPORT.test(bytes.toString("latin1"));
}
