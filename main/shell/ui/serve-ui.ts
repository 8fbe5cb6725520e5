/** The answers to the page's requests: the UI's files from their folder, and the gateway's answers passed through. */
import { readFile, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { MEDIA_TYPES } from "../../../shared/protocol/media-types.ts";
import { contentSecurityPolicy } from "./content-security-policy.ts";
import { decideUiRequest } from "./decide-ui-request.ts";
import { RECOVERY_PATH, recoveryPage } from "./recovery-page.ts";

export interface UiOptions {
  /** Folder of the built UI. */
  folder: string;
  gateway: { url: string; token: string; previews: { sources: string } };
}

export interface UiServer {
  /**
   * Answers one request. Never throws: what cannot be read is 404, a gateway that does not answer is 502. Requests to
   * the gateway carry the owner's token and no Origin, so that no web page can be mistaken for ours there.
   */
  answer(request: Request): Promise<Response>;
  /** The page that asked has gone: nobody reads what it was still waiting for. What it wanted changed is carried out all the same. */
  abandon(): void;
}

export function serveUi(options: UiOptions): UiServer {
  const policy = contentSecurityPolicy(options.gateway.url, options.gateway.previews.sources);
  // Electron's requests do not know when their page goes (shell/browser makes them without a signal).
  let readers = new AbortController();
  const answer = async (request: Request): Promise<Response> => {
    const wanted = decideUiRequest(request.method, request.url);
    if (wanted.serve === "nothing") return new Response(null, { status: wanted.status });
    if (wanted.serve === "gateway") return askGateway(options.gateway, wanted.path, request, readers.signal);
    if (wanted.path === RECOVERY_PATH) return page(recoveryPage(), ".html", policy);
    const file = await readInside(options.folder, wanted.path);
    return file === undefined ? new Response(null, { status: 404 }) : page(file, extname(wanted.path), policy);
  };
  return {
    answer,
    abandon() {
      readers.abort();
      readers = new AbortController();
    },
  };
}

function page(body: Uint8Array<ArrayBuffer> | string, extension: string, policy: string): Response {
  return new Response(body, {
    headers: {
      "content-type": MEDIA_TYPES[extension] ?? "application/octet-stream",
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    },
  });
}

/** The file's bytes when its real path, links followed, is inside the folder's real path. */
async function readInside(folder: string, path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, path));
    return file.startsWith(root + sep) ? new Uint8Array(await readFile(file)) : undefined;
  } catch {
    return undefined;
  }
}

async function askGateway(
  gateway: UiOptions["gateway"],
  path: string,
  request: Request,
  gone: AbortSignal,
): Promise<Response> {
  const reads = request.method === "GET" || request.method === "HEAD";
  const headers = new Headers({ authorization: `Bearer ${gateway.token}` });
  for (const name of ["accept", "content-type", "x-pairing-code", "last-event-id"]) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  try {
    const answer = await fetch(gateway.url + path, {
      method: request.method,
      headers,
      redirect: "manual",
      signal: reads ? AbortSignal.any([request.signal, gone]) : request.signal,
      ...(request.body === null ? {} : { body: request.body, duplex: "half" }),
    });
    const safe = new Headers(answer.headers);
    // Data under the page's origin: never a script, never a document with the page's rights. The body is already decoded.
    safe.set("content-security-policy", "default-src 'none'; sandbox");
    safe.set("x-content-type-options", "nosniff");
    for (const name of ["content-encoding", "content-length", "set-cookie"]) safe.delete(name);
    return new Response(answer.body, { status: answer.status, headers: safe });
  } catch {
    return Response.json(
      { error: { code: "gateway-unreachable", message: "The gateway inside this app did not answer." } },
      { status: 502 },
    );
  }
}
