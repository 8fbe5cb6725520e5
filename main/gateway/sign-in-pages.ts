/** Keeps the private files by which a browser of this machine is signed in: each leads to an address with a code, once. */
import { randomBytes } from "node:crypto";
import { lstatSync, readdirSync, unlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createPrivateFile } from "../home/private-file.ts";

/** A browser that starts cold on a busy machine needs a while; then the file goes, used or not. In milliseconds. */
const LIFE_MS = 120_000;
const NAME = /^signalbox-open-[0-9a-f]{32}\.html$/;

export interface SignInLink {
  address: string;
  /** A private file that leads to the address, for a browser of this machine; it goes with the code. */
  page(): Promise<string>;
}

export interface SignInPages {
  /** Writes a file, 0600, that leads to `address`, and gives its path. `invitation` is the id of the code in the address. */
  write(address: string, invitation: string, snap: string | undefined): string;
  /** The code was used or is void: its file goes. */
  remove(invitation: string): void;
  dispose(): void;
}

/** `folder` is 0700. What an earlier run left there is removed. */
export function createSignInPages(folder: string): SignInPages {
  const pages = new Map<string, { path: string; timer: NodeJS.Timeout }>();
  sweep(folder);

  function remove(invitation: string): void {
    const page = pages.get(invitation);
    if (page === undefined) return;
    pages.delete(invitation);
    clearTimeout(page.timer);
    unlink(page.path);
  }

  return {
    write(address, invitation, snap) {
      remove(invitation);
      const path = join(readableFolder(snap) ?? folder, `signalbox-open-${randomBytes(16).toString("hex")}.html`);
      if (!createPrivateFile(path, pageTo(address))) throw new Error(`${path} is there already`);
      const timer = setTimeout(() => remove(invitation), LIFE_MS);
      timer.unref();
      pages.set(invitation, { path, timer });
      return path;
    },
    remove,
    dispose() {
      for (const invitation of [...pages.keys()]) remove(invitation);
    },
  };
}

/** The one folder of a Snap's own that is no hidden one and outlives its updates, when it is the person's. */
function readableFolder(snap: string | undefined): string | undefined {
  if (snap === undefined) return undefined;
  const folder = join(homedir(), "snap", snap, "common");
  try {
    const found = lstatSync(folder);
    if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) return undefined;
    sweep(folder);
    return folder;
  } catch {
    return undefined;
  }
}

function sweep(folder: string): void {
  for (const name of readdirSync(folder)) if (NAME.test(name)) unlink(join(folder, name));
}

function unlink(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already.
  }
}

/** No script: some browsers run none in files. */
function pageTo(address: string): string {
  const text = address.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="0; url=${text}">
<title>Signalbox</title>
<p>Signalbox opens. If it does not, <a href="${text}">open it here</a>.</p>
</html>
`;
}
