/** The UI's files: served from a list made of the build folder, so that no path leads out of it. */
import { createReadStream, readdirSync, statSync } from "node:fs";
import { extname, join, posix, relative, sep } from "node:path";
import { Readable } from "node:stream";
import { MEDIA_TYPES } from "../../../shared/protocol/media-types.ts";

/** The page finds its way in these paths by itself. */
const PAGE = /^\/(?:index\.html)?$|^\/(?:session|settings|inbox|history)(?:\/[A-Za-z0-9-]{1,64}){0,3}$/;
/** A new build is noticed this soon, in milliseconds. */
const LIST_AGE_MS = 1_000;

export interface StaticFiles {
  /** Undefined: there is no such file. `path` is the raw path of the request, undecoded: no file's name needs an escape. */
  serve(path: string, host: string): Response | undefined;
}

/** `now` in milliseconds. `frames`: what the page may show in a frame, the origins of previews. A missing folder serves nothing. */
export function staticFiles(folder: string, now: () => number, frames: string): StaticFiles {
  let files = new Map<string, string>();
  let listed = Number.NEGATIVE_INFINITY;
  function find(path: string): string | undefined {
    const known = files.get(path);
    if (known !== undefined && statSync(known, { throwIfNoEntry: false }) !== undefined) return known;
    if (now() - listed < LIST_AGE_MS) return undefined;
    files = listFiles(folder);
    listed = now();
    return files.get(path);
  }
  return {
    serve(path, host) {
      const page = PAGE.test(path);
      const file = find(page ? "/index.html" : path);
      if (file === undefined) return undefined;
      const hashed = path.startsWith("/assets/");
      const body = Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
      return new Response(body, {
        headers: {
          "content-type": MEDIA_TYPES[extname(file)] ?? "application/octet-stream",
          "content-length": String(statSync(file).size),
          "cache-control": hashed ? "public, max-age=31536000, immutable" : "no-cache",
          ...pageSecurity(host, frames),
        },
      });
    },
  };
}

/** No inline script, no other origin, and no frame but a preview's. xterm writes style elements, hence the one exception for styles. */
export function pageSecurity(host: string, frames: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data: blob:",
    "media-src data: blob:",
    // Named as well, because browsers differ in whether 'self' covers the WebSocket scheme.
    `connect-src 'self' ws://${host}`,
    `frame-src ${frames}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  };
}

/** Regular files only: a symlink inside the folder may lead out of it. */
function listFiles(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  const entries = statSync(folder, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
    : [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(posix.join("/", relative(folder, path).split(sep).join("/")), path);
  }
  return files;
}
