/** Hands files that are pasted or dropped to a terminal's program: kept on the daemon's side, their paths typed into its prompt. */
import type { AgentId } from "../../shared/protocol/app-frames.ts";
import { MAX_HANDED_FILE_BYTES } from "../../shared/protocol/wire.ts";
import { handedPath } from "../../shared/terminal/handed-path.ts";
import { oneLine } from "../../shared/text/visible.ts";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import { toastFault } from "../stores/toasts.ts";

export interface Handing {
  name: string;
  /** Of one file of several. */
  at: number;
  of: number;
  /** Share that is sent, 0 to 1. */
  share: number;
}

interface HandFilesParts {
  session: string;
  client: Pick<GatewayClient, "handFile">;
  /** The agent that runs; undefined where no program does. */
  agent: () => AgentId | undefined;
  watching: () => boolean;
  /** Into the prompt, as pasted text. */
  paste: (text: string) => void;
  type: (text: string) => void;
  onChange: (handing: Handing | undefined) => void;
}

export interface HandFiles {
  hand(files: readonly File[]): Promise<void>;
  cancel(): void;
}

/** Of one paste or drop. */
const MAX_AT_ONCE = 20;

export function createHandFiles(parts: HandFilesParts): HandFiles {
  const { session, client, agent, watching, paste, type, onChange } = parts;
  let sending: AbortController | undefined;

  async function handOne(file: File, at: number, of: number, { signal }: AbortController): Promise<boolean> {
    const name = oneLine(file.name, 60) || "file";
    let shown = -1;
    const show = (share: number) => {
      const percent = Math.floor(share * 100);
      if (percent === shown) return;
      shown = percent;
      onChange({ name, at, of, share });
    };
    show(0);
    const kept = await client.handFile(session, file, show, signal);
    if (!kept.ok) {
      if (!signal.aborted) toastFault({ ...kept.fault, message: `${name}: ${kept.fault.message}` });
      return !signal.aborted;
    }
    const program = agent();
    if (program === undefined) {
      toastFault({ code: "no-program", message: `${name} is kept, but the program has ended.`, hint: kept.value.path });
      return false;
    }
    // Alone, so that an agent sees a path and nothing else; the blank keeps what is typed next apart from it.
    paste(handedPath(program, kept.value.path));
    type(" ");
    return true;
  }

  return {
    async hand(files) {
      const why = whyNot(files, { watching: watching(), running: agent() !== undefined, busy: sending !== undefined });
      if (why !== undefined) {
        toastFault(why);
        return;
      }
      const controller = new AbortController();
      sending = controller;
      try {
        for (const [index, file] of files.entries())
          if (!(await handOne(file, index + 1, files.length, controller))) break;
      } finally {
        sending = undefined;
        onChange(undefined);
      }
    },
    cancel: () => sending?.abort(),
  };
}

function whyNot(files: readonly File[], now: { watching: boolean; running: boolean; busy: boolean }) {
  if (now.watching)
    return { code: "read-only", message: "This device has view-only access: it can't hand over files." };
  if (!now.running)
    return {
      code: "no-program",
      message: "No program runs in this terminal that could take a file.",
      hint: "Restart it first.",
    };
  if (now.busy)
    return { code: "busy", message: "Another file is still on its way.", hint: "Wait for it, or cancel it." };
  if (files.length > MAX_AT_ONCE)
    return {
      code: "too-many",
      message: `${files.length} files are too many at once.`,
      hint: `Hand over ${MAX_AT_ONCE} at most.`,
    };
  const large = files.find(({ size }) => size > MAX_HANDED_FILE_BYTES);
  if (large !== undefined)
    return {
      code: "too-large",
      message: `${oneLine(large.name, 60)} is larger than ${MAX_HANDED_FILE_BYTES / 1024 / 1024} MB.`,
      hint: "Put it into the session's folder instead.",
    };
  return undefined;
}

/** Whether a paste is of files: some systems name them in its text as well. */
export function pastedFiles(data: DataTransfer | null): File[] {
  const files = [...(data?.files ?? [])];
  const text = data?.getData("text/plain").trim() ?? "";
  if (text === "" || files.length === 0) return files;
  const names = new Set(files.map(({ name }) => name));
  return text.split(/\r?\n/).every((line) => names.has(line.split("/").at(-1) ?? "")) ? files : [];
}
