/** Watches servers.json: each good version is reported once, a file that cannot be read keeps the last good one. */
import { type FSWatcher, statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { followLinks } from "../../../home/follow-links.ts";
import { readLinkedFile } from "../../../home/private-file.ts";
import { readServersFile, type ServersFileContent } from "./read-servers-file.ts";

const MAX_BYTES = 1024 * 1024;
/** Beside the folder's watch, which some file systems do not deliver. */
const POLL_MS = 2_000;
/** A file that is being written is left alone for this long. */
const SETTLE_MS = 50;

export interface ServersFileState extends ServersFileContent {
  /** What is wrong with the file as a whole now; the rest is then the last good state. */
  error: string | undefined;
}

const NOTHING: ServersFileContent = { entries: new Map(), inputs: new Map() };

export interface ServersFileWatch {
  readonly state: ServersFileState;
  /** Reads the file now, for whoever has just written it. */
  reload(): void;
  dispose(): void;
}

/** Reads the file once before it returns, then tells `onChange` of every change of state. */
export function watchServersFile(path: string, onChange: (state: ServersFileState) => void): ServersFileWatch {
  let state: ServersFileState = { ...NOTHING, error: undefined };
  let seen = "";
  let text: string | undefined;
  let settle: NodeJS.Timeout | undefined;

  const read = (): boolean => {
    seen = fingerprint(path);
    follow();
    const file = readLinkedFile(path, MAX_BYTES);
    const now = file.outcome === "read" ? file.text : `${file.outcome} ${"reason" in file ? file.reason : ""}`;
    if (now === text) return false;
    text = now;
    if (file.outcome === "absent") state = { ...NOTHING, error: undefined };
    else if (file.outcome === "refused") state = { ...state, error: `servers.json was not read: ${file.reason}` };
    else {
      const parsed = readServersFile(file.text);
      state = parsed.ok ? { ...parsed.value, error: undefined } : { ...state, error: `servers.json, ${parsed.reason}` };
    }
    return true;
  };
  const reload = () => {
    if (read()) onChange(state);
  };
  const soon = () => {
    clearTimeout(settle);
    settle = setTimeout(reload, SETTLE_MS);
  };

  const watchAt = (file: string): FSWatcher | undefined => {
    try {
      const watcher = watch(dirname(file), (_event, name) => {
        if (name === null || name === basename(file)) soon();
      });
      watcher.on("error", () => watcher.close());
      return watcher;
    } catch {
      // The poll below is enough, only slower.
      return undefined;
    }
  };
  /** Where the file is a link, what it leads to is watched too. */
  let linked: { to: string; watcher: FSWatcher | undefined } | undefined;
  const follow = () => {
    const followed = followLinks(path);
    const to = followed.ok && followed.linked ? followed.path : undefined;
    if (to === linked?.to) return;
    linked?.watcher?.close();
    linked = to === undefined ? undefined : { to, watcher: watchAt(to) };
  };

  read();
  const watcher = watchAt(path);
  const poll = setInterval(() => {
    if (fingerprint(path) !== seen) soon();
  }, POLL_MS);

  return {
    get state() {
      return state;
    },
    reload,
    dispose() {
      watcher?.close();
      linked?.watcher?.close();
      clearInterval(poll);
      clearTimeout(settle);
    },
  };
}

function fingerprint(path: string): string {
  try {
    const { ino, size, mtimeMs, mode } = statSync(path);
    return `${ino} ${size} ${mtimeMs} ${mode}`;
  } catch {
    return "absent";
  }
}
