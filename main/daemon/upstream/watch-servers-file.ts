/** Owns the watch on servers.json: each good version is told once, an error keeps the last good one. */
import { type FSWatcher, statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { ServerConfig } from "../../../shared/protocol/daemon-api.ts";
import { readPrivateFile } from "../../home/private-file.ts";
import { readServersFile } from "./read-servers-file.ts";

const MAX_BYTES = 1024 * 1024;
/** Beside the folder's watch, which some file systems do not deliver. */
const POLL_MS = 2_000;
/** A file that is being written is left alone for this long. */
const SETTLE_MS = 50;

export interface ServersFileState {
  servers: ReadonlyMap<string, ServerConfig>;
  /** What is wrong with the file now; `servers` is then the last good state. */
  error: string | undefined;
}

export interface ServersFileWatch {
  readonly state: ServersFileState;
  /** Reads the file now, for whoever has just written it. */
  reload(): void;
  dispose(): void;
}

/** Reads the file once before it returns, then tells `onChange` of every change of state. */
export function watchServersFile(path: string, onChange: (state: ServersFileState) => void): ServersFileWatch {
  let state: ServersFileState = { servers: new Map(), error: undefined };
  let seen = "";
  let text: string | undefined;
  let settle: NodeJS.Timeout | undefined;

  const read = (): boolean => {
    seen = fingerprint(path);
    const file = readPrivateFile(path, MAX_BYTES);
    const now = file.outcome === "read" ? file.text : `${file.outcome} ${"reason" in file ? file.reason : ""}`;
    if (now === text) return false;
    text = now;
    if (file.outcome === "absent") state = { servers: new Map(), error: undefined };
    else if (file.outcome === "refused") state = { ...state, error: `servers.json was not read: ${file.reason}` };
    else {
      const parsed = readServersFile(file.text);
      state = parsed.ok
        ? { servers: new Map(Object.entries(parsed.value.mcpServers)), error: undefined }
        : { ...state, error: `servers.json, ${parsed.reason}` };
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

  read();
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(path), (_event, name) => {
      if (name === null || name === basename(path)) soon();
    });
    watcher.on("error", () => watcher?.close());
  } catch {
    // The poll below is enough, only slower.
  }
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
