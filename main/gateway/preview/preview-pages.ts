/** Writes what a preview answers in the program's place: a page for a person's browser, JSON for programs. */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Fault, fault } from "../../../shared/protocol/fault.ts";
import { PREVIEW_CLOSED } from "../../../shared/protocol/preview-api.ts";

export type PreviewRefusal =
  | "sign-in-needed"
  | "link-gone"
  | "foreign-origin"
  | "no-such-session"
  | "not-exposed"
  | "other-user"
  | "nobody-listens"
  | "broken"
  | "timeout"
  | "no-daemon"
  | "bad-path";

interface Refusal {
  status: number;
  fault: Fault;
  /** The page looks again until the program answers. */
  waits: boolean;
}

export function previewRefusal(code: PreviewRefusal, port: number): Refusal {
  const say = (status: number, message: string, hint: string, waits = false): Refusal => ({
    status,
    fault: fault(code, message, hint),
    waits,
  });
  switch (code) {
    case "sign-in-needed":
      return say(401, "This preview is closed.", "Open it from its session in Signalbox.");
    case "link-gone":
      return say(401, "This link has ended.", "Ask for a new one.");
    case "foreign-origin":
      return say(403, "A page of another site may not use this preview.", "Open the preview from Signalbox.");
    case "no-such-session":
      return say(404, "There is no such session.", "It has ended, or was deleted.");
    case "not-exposed":
      return say(403, `Port ${port} is not exposed.`, "Expose it in the session's previews.");
    case "other-user":
      return say(
        403,
        `Another user's program listens on port ${port}.`,
        "Expose the port again and allow that, if you know the program.",
      );
    case "nobody-listens":
      return say(502, `Nothing listens on port ${port}.`, "This page loads again when the program has started.", true);
    case "broken":
      return say(
        502,
        `The program on port ${port} gave no answer.`,
        "It broke the connection, or does not speak HTTP.",
        true,
      );
    case "timeout":
      return say(
        504,
        `The program on port ${port} did not answer in time.`,
        "It may be busy. Load the page again.",
        true,
      );
    case "no-daemon":
      return say(502, "The daemon of this session is not connected.", "This page loads again when it is back.", true);
    case "bad-path":
      return say(400, "The path cannot be read.", "It must begin with a slash.");
  }
}

const COMMON = { "cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" };

/** Whether a person's browser asks for a page. */
export const wantsPage = (request: IncomingMessage): boolean =>
  (request.method === "GET" || request.method === "HEAD") && /\btext\/html\b/i.test(request.headers.accept ?? "");

/** `sandboxed`: below the gateway's own address, where no page may run anything. */
export function refusePreview(
  request: IncomingMessage,
  response: ServerResponse,
  code: PreviewRefusal,
  port: number,
  sandboxed: boolean,
): void {
  if (response.headersSent) return void response.destroy();
  const { status, fault: why, waits } = previewRefusal(code, port);
  const page = wantsPage(request);
  const body = page
    ? messagePage(why, waits && !sandboxed, code === "sign-in-needed" ? ASKS_TO_ENTER : "")
    : JSON.stringify({ error: why });
  response.writeHead(status, {
    ...COMMON,
    "content-type": page ? "text/html; charset=utf-8" : "application/json",
    "content-length": String(Buffer.byteLength(body)),
    "content-security-policy": sandboxed ? "sandbox; default-src 'none'" : PAGE_POLICY,
    ...(waits ? { "retry-after": "1" } : {}),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** The page asks for six digits. It posts to its own address. */
export function digitsPage(response: ServerResponse, wrong: boolean): void {
  const text = wrong ? "These digits are wrong. Try again." : "Enter the six digits that came with this link.";
  const body = shell(
    "Enter the digits",
    `<p id="say"${wrong ? ' role="alert"' : ""}>${text}</p>
<form method="post"><input name="digits" aria-labelledby="say" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" maxlength="6" required autofocus> <button>Open</button></form>`,
  );
  response.writeHead(wrong ? 403 : 200, {
    ...COMMON,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `${PAGE_POLICY}; form-action 'self'`,
  });
  response.end(body);
}

/** In a frame, the page around it is asked to let this browser in again. It tells nothing, so anybody may hear it. */
const ASK = `if (parent !== window) parent.postMessage(${JSON.stringify(PREVIEW_CLOSED)}, "*")`;
const ASKS_TO_ENTER = `<script>${ASK}</script>`;
const ASK_HASH = createHash("sha256").update(ASK).digest("base64");

const PAGE_POLICY = `default-src 'none'; script-src 'sha256-${ASK_HASH}'; style-src 'unsafe-inline'; base-uri 'none'`;

function messagePage({ message, hint = "" }: Fault, waits: boolean, script: string): string {
  return shell(message, `<p>${escapeText(hint)}</p>${script}`, waits ? '<meta http-equiv="refresh" content="1">' : "");
}

const shell = (title: string, rest: string, head = ""): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
${head}<title>${escapeText(title)}</title>
<style>body { max-width: 36rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif } h1 { font-size: 1.25rem } input, button { font: inherit; padding: .4rem .6rem }</style>
<main>
<h1>${escapeText(title)}</h1>
${rest}
</main>
</html>
`;

const escapeText = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
