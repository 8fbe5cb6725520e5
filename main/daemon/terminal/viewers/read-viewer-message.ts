/** What a viewer's message means: keystrokes, or one of the frames of its protocol. */

import { parseJson, z } from "../../../../shared/protocol/schema.ts";
import { type TerminalClientFrame, terminalClientFrameSchema } from "../../../../shared/protocol/terminal-frames.ts";

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

// Device attributes, status and cursor reports, mode reports, window reports, keyboard modes, focus, and colour, DCS and APC answers.
const REPORT =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the control sequences themselves.
  /^(?:\u001b\[[?>=]?[\d;]*(?:[cnRt]|\$y)|\u001b\[\?\d+u|\u001b\[[IO]|\u001b\]7501;\?v=\d+(?:\u0007|\u001b\\)|\u001b\][\d;]+(?:rgb:[\da-fA-F/]+)?(?:\u0007|\u001b\\)|\u001b[P_][^\u001b]*\u001b\\)+$/;

/** Whether it is an answer that this daemon's own screen may give: a form in which no text of a program's choice can stand. */
export function isAutomaticReply(bytes: Buffer): boolean {
  return bytes[0] === 0x1b && bytes.length < 1024 && REPORT.test(bytes.toString("latin1"));
}

/** An answer to OSC 7501, which the daemon gives. Only a number may stand in it, so that nothing else is taken away. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the control sequences themselves.
const STATE_ANSWERS = /\u001b\]7501;\?v=\d{1,3}(?:\u0007|\u001b\\)/g;

/** Input without the answers that a viewer's own terminal gives to OSC 7501: the program has had one. */
export function withoutStateAnswers(bytes: Buffer): Buffer {
  if (!bytes.includes(STATE_BEGIN)) return bytes;
  return Buffer.from(bytes.toString("latin1").replace(STATE_ANSWERS, ""), "latin1");
}

const STATE_BEGIN = Buffer.from("\u001b]7501;?v=");
