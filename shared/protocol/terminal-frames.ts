/** The text frames of a terminal socket. Binary frames are terminal bytes, unchanged, in both directions. */
import { lenient, z } from "./schema.ts";
import { terminalColoursSchema } from "./terminal-colours.ts";

/** Server to client. */
export const terminalServerFrameSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), cols: z.number(), rows: z.number(), title: z.string() }),
  /** The screen, scrollback and modes as escape sequences, to be written into an emptied terminal. Live bytes follow it. */
  z.object({
    type: z.literal("snapshot"),
    data: z.string(),
    cols: z.number(),
    rows: z.number(),
    /** When this terminal began to print, ISO 8601: offsets of calls before that are of another one. */
    began_at: lenient(z.string()),
    /** Where calls began that it still shows: their offset in the output, and their line counted from the last one, which is 1. */
    marks: lenient(z.array(z.tuple([z.number(), z.number()]))),
    /** Lines that its shell marked as prompts (OSC 133), counted likewise, the oldest first. */
    prompts: lenient(z.array(z.number())),
  }),
  /**
   * There is no terminal (any more): what was recorded of it follows as bytes, to be written into an emptied terminal of this
   * size, with a mark for each call. Asked for with `recorded=1`. The connection is then closed.
   */
  z.object({ type: z.literal("recorded"), cols: z.number(), rows: z.number(), began_at: z.string() }),
  /** A call begins here, at this offset in the output: it belongs to the line in which the cursor is. */
  z.object({ type: z.literal("mark"), offset: z.number() }),
  /** Another viewer, the one that typed last, changed the size. */
  z.object({ type: z.literal("resized"), cols: z.number(), rows: z.number() }),
  /** Comes after the last byte of output. Exactly one of the two is not null. */
  z.object({ type: z.literal("exit"), code: z.number().nullable(), signal: z.string().nullable() }),
  z.object({ type: z.literal("error"), code: z.string(), message: z.string() }),
]);
export type TerminalServerFrame = z.infer<typeof terminalServerFrameSchema>;

/** Client to server. */
export const terminalClientFrameSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("resize"),
    cols: z.number().int().min(2).max(1000),
    rows: z.number().int().min(1).max(1000),
  }),
  /** Bytes of live output that the viewer has drawn since its last acknowledgement. */
  z.object({ type: z.literal("ack"), bytes: z.number().int().nonnegative() }),
  /** What the viewer's person sees: for programs that ask while no viewer is there to answer. */
  z.object({ type: z.literal("colours"), colours: terminalColoursSchema }),
  /** The next binary frame is what the terminal made of the wheel where the program takes keys alone; nobody typed it. */
  z.object({ type: z.literal("wheel") }),
  /** The program rang its bell while the viewer's person was in this terminal: nobody need be called. */
  z.object({ type: z.literal("heard") }),
  z.object({ type: z.literal("kill"), signal: z.enum(["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"]) }),
]);
export type TerminalClientFrame = z.infer<typeof terminalClientFrameSchema>;
