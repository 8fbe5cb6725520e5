/** Owns the text frames of a terminal socket; binary frames are terminal bytes, unchanged, in both directions. */
import { z } from "./schema.ts";
import { terminalColoursSchema } from "./terminal-colours.ts";

/** Server to client. */
export const terminalServerFrameSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), cols: z.number(), rows: z.number(), title: z.string() }),
  /** The screen, scrollback and modes as escape sequences, to be written into an emptied terminal. Live bytes follow it. */
  z.object({ type: z.literal("snapshot"), data: z.string(), cols: z.number(), rows: z.number() }),
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
  z.object({ type: z.literal("kill"), signal: z.enum(["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"]) }),
]);
export type TerminalClientFrame = z.infer<typeof terminalClientFrameSchema>;
