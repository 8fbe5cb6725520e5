/** Types into a program as a person would: text, keys, and Return once the program has read the text. */
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { keyBytes, type TypeRequest } from "../../../shared/protocol/script-api.ts";
import type { Pty } from "./pty/pty.ts";

export interface TypistOptions {
  /** The running program; undefined when it has ended. */
  program(): Pick<Pty, "write" | "queued"> | undefined;
  /** Whether the program wants to be told where pasted text begins and ends. */
  pastes(): Promise<boolean>;
  /** This is a person's, as far as the session's state goes. */
  typed(bytes: Uint8Array): void;
  /** Waits so many milliseconds. */
  pause?: (ms: number) => Promise<void>;
}

/** Codex takes what comes quickly for pasted text, and a Return in it for a new line. */
const READ_MS = 300;
/** Escape and a letter in one breath would be Alt and the letter. */
const NEXT_KEY_MS = 50;
/** Bytes that a program may leave unread; one that leaves more does not read. */
const MAX_UNREAD_BYTES = 256 * 1024;

export function createTypist(options: TypistOptions): { type(request: TypeRequest): Promise<Result<void>> } {
  const { program, typed, pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) } = options;
  /** What is typed at once by several does not mix. */
  let last: Promise<unknown> = Promise.resolve();

  function write(text: string): Result<void> {
    const pty = program();
    if (pty === undefined) return failed("terminal-ended", "Its program has ended.", "Restart the session.");
    if (pty.queued > MAX_UNREAD_BYTES) {
      return failed("terminal-busy", "Its program does not read what is typed.", "Try again when it does.");
    }
    if (text === "") return ok(undefined);
    const bytes = Buffer.from(text);
    typed(bytes);
    pty.write(bytes);
    return ok(undefined);
  }

  async function type({ text = "", keys = [], enter = false }: TypeRequest): Promise<Result<void>> {
    const lines = text.replace(/\r\n?|\n/g, "\r");
    const pasted = lines.includes("\r") && (await options.pastes());
    let done = write(pasted ? `\u001b[200~${lines}\u001b[201~` : lines);
    let wait = text === "" ? 0 : READ_MS;
    for (const key of enter ? [...keys, "enter"] : keys) {
      if (!done.ok) return done;
      if (wait > 0) await pause(wait);
      done = write(keyBytes(key) ?? "");
      wait = NEXT_KEY_MS;
    }
    return done;
  }

  return {
    type(request) {
      const mine = last.then(() => type(request));
      last = mine.catch(() => {});
      return mine;
    },
  };
}
