/** Starts a program on a terminal, the way that this platform has. */
import type { OpenPty } from "./pty.ts";
import { openUnixPty } from "./unix-pty.ts";
import { openWindowsPty } from "./windows-pty.ts";

export const openPty: OpenPty = (options) =>
  process.platform === "win32" ? openWindowsPty(options) : openUnixPty(options);
