/** Keeps the files that a person hands to a session's program: private, bounded, and deleted with the session. */
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { MAX_HANDED_FILE_BYTES } from "../../shared/protocol/wire.ts";

/** Of one session. */
const MAX_FILES = 200;
const MAX_SESSION_BYTES = 400 * 1024 * 1024;
/** What is read and dropped of a larger one, so that its sender hears why. */
const MAX_DROPPED_BYTES = 32 * 1024 * 1024;
const MAX_NAME = 80;

export interface HandedFile {
  path: string;
  bytes: number;
}

/** Faults: `too-large`, `too-many-files`, `broke-off`, `no-room`, `file-unwritable`. Nothing of a file that failed is left. */
export async function keepFile(
  folder: string,
  name: string,
  body: AsyncIterable<Uint8Array> | null,
): Promise<Result<HandedFile>> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const room = await roomIn(folder);
    if (!room.ok) return room;
    return await write(folder, safeName(name), body, room.value);
  } catch (error) {
    return unwritable(error);
  }
}

/** Bytes that the folder may still take. */
async function roomIn(folder: string): Promise<Result<number>> {
  const names = await readdir(folder);
  let bytes = 0;
  for (const name of names) bytes += (await stat(join(folder, name))).size;
  if (names.length < MAX_FILES && bytes < MAX_SESSION_BYTES) return ok(MAX_SESSION_BYTES - bytes);
  return failed(
    "too-many-files",
    "This session has been given as many files as one may have.",
    "They are deleted with the session. Put further files into its folder.",
  );
}

async function write(
  folder: string,
  name: string,
  body: AsyncIterable<Uint8Array> | null,
  room: number,
): Promise<Result<HandedFile>> {
  const { file, path } = await create(folder, name);
  let bytes = 0;
  let broken: unknown;
  try {
    for await (const chunk of body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > MAX_HANDED_FILE_BYTES + MAX_DROPPED_BYTES) break;
      if (bytes <= Math.min(MAX_HANDED_FILE_BYTES, room)) await file.appendFile(chunk);
    }
  } catch (error) {
    broken = error;
  } finally {
    await file.close();
  }
  if (broken === undefined && bytes <= Math.min(MAX_HANDED_FILE_BYTES, room)) return ok({ path, bytes });
  await rm(path, { force: true });
  if (bytes > MAX_HANDED_FILE_BYTES) {
    const limit = `${MAX_HANDED_FILE_BYTES / 1024 / 1024} MB`;
    return failed("too-large", `The file is larger than ${limit}.`, "Put it into the session's folder instead.");
  }
  if (broken === undefined)
    return failed("too-many-files", "This session's files have no room for another one this large.");
  return (broken as NodeJS.ErrnoException).syscall === undefined
    ? failed("broke-off", "The file did not arrive whole, and nothing of it was kept.", "Try again.")
    : unwritable(broken);
}

/** Under a name that nothing has yet: what is there is never written over. */
async function create(folder: string, name: string) {
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let number = 1; ; number += 1) {
    const path = join(folder, number === 1 ? name : `${stem}-${number}${ending}`);
    try {
      return { file: await open(path, "wx", 0o600), path };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || number > MAX_FILES) throw error;
    }
  }
}

/** Letters, digits, dots and dashes: what needs no quotes anywhere, and means nothing to a shell, an agent or Windows. */
export function safeName(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? "";
  const ending = /(?<=.)\.[A-Za-z0-9]{1,11}$/.exec(base.replace(/[^\x20-\x7e]+$/, ""))?.[0] ?? "";
  const stem = base
    .replace(/[^\x20-\x7e]+$/, "")
    .slice(0, ending === "" ? undefined : -ending.length)
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, MAX_NAME - ending.length);
  const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i.test(stem.split(".")[0] ?? "");
  return `${reserved || stem === "" ? "file" : stem}${ending}`;
}

function unwritable(error: unknown): Result<never> {
  const { code = "unknown error" } = error as NodeJS.ErrnoException;
  return code === "ENOSPC"
    ? failed("no-room", "The disk is full, and nothing of the file was kept.", "Make room, then try again.")
    : failed("file-unwritable", `The file could not be kept (${code}).`, "Signalbox's home folder must be writable.");
}
