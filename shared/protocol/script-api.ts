/** What programs ask of a session's terminal: its text, and to type into it. */
import { z } from "./schema.ts";

/** Keys by the names that people give them. */
export const KEYS = {
  enter: "\r",
  escape: "\u001b",
  tab: "\t",
  "shift-tab": "\u001b[Z",
  backspace: "\u007f",
  delete: "\u001b[3~",
  space: " ",
  up: "\u001b[A",
  down: "\u001b[B",
  right: "\u001b[C",
  left: "\u001b[D",
  home: "\u001b[H",
  end: "\u001b[F",
  "page-up": "\u001b[5~",
  "page-down": "\u001b[6~",
} as const;

/** The bytes of a key, also of `ctrl-a` to `ctrl-z`; undefined for any other name. */
export function keyBytes(name: string): string | undefined {
  const [, letter] = /^ctrl-([a-z])$/.exec(name) ?? [];
  if (letter !== undefined) return String.fromCharCode(letter.charCodeAt(0) - 96);
  return Object.hasOwn(KEYS, name) ? KEYS[name as keyof typeof KEYS] : undefined;
}

export const MAX_TYPED_CHARACTERS = 200_000;

/**
 * `POST /session/{id}/input`: a text, then keys, then Return. Text holds no control characters but line ends and tabs: what a program
 * of a person sends must not become keys that nobody meant.
 */
export const typeRequestSchema = z
  .object({
    text: z
      .string()
      .max(MAX_TYPED_CHARACTERS)
      .refine(
        (text) => !/[\p{Cc}]/u.test(text.replace(/[\t\r\n]/g, "")),
        "text holds control characters: name keys instead",
      )
      .optional(),
    keys: z
      .array(z.string().refine((name) => keyBytes(name) !== undefined, "there is no such key"))
      .max(100)
      .optional(),
    enter: z.boolean().optional(),
  })
  .refine(
    ({ text = "", keys = [], enter = false }) => text !== "" || keys.length > 0 || enter,
    "there is nothing to type",
  );
export type TypeRequest = z.infer<typeof typeRequestSchema>;

/** Lines that one answer holds at most; the terminal keeps 10,000. */
export const MAX_SCREEN_LINES = 10_000;

/** `GET /session/{id}/screen?lines=`: the end of what the terminal shows, as text; without `lines` what is on the screen. */
export const screenTextSchema = z.object({
  text: z.string(),
  cols: z.number(),
  rows: z.number(),
  /** Bytes that the program has printed so far. */
  offset: z.number(),
});
export type ScreenText = z.infer<typeof screenTextSchema>;
