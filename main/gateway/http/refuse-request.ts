/** Answers a request that is refused at the door: JSON for programs, a small page with a way on for a person's browser. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault } from "../../../shared/protocol/fault.ts";
import type { Refusal } from "../../wire/decide-door.ts";

/** `port` is the gateway's own. Nothing of the request is repeated in the answer. */
export function refuseRequest(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  port: number,
): void {
  const wantsPage = isForPerson(request.method, request.headers.accept);
  const address = `http://127.0.0.1:${port}/`;
  response.writeHead(refusal.status, {
    "content-type": wantsPage ? "text/html; charset=utf-8" : "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(wantsPage ? PAGE_HEADERS : {}),
    connection: "close",
  });
  response.end(
    wantsPage ? page(refusal.fault, address, `Open Signalbox at ${address}`) : JSON.stringify({ error: refusal.fault }),
  );
}

const PAGE_HEADERS = {
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  "referrer-policy": "no-referrer",
};

/** A browser that shows what it gets, not a page's script that reads it. */
export const isForPerson = (method: string | undefined, accept: string | undefined): boolean =>
  method === "GET" && /\btext\/html\b/i.test(accept ?? "");

/** For an address of our own at which there is nothing. */
export const lostPage = (fault: Fault): { html: string; headers: Record<string, string> } => ({
  html: page(fault, "/", "Open Signalbox"),
  headers: PAGE_HEADERS,
});

function page({ message, hint }: Fault, address: string, link: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Signalbox</title>
<style>body { max-width: 36rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }</style>
<main>
<h1>${escapeText(message)}</h1>
${hint === undefined ? "" : `<p>${escapeText(hint)}</p>\n`}<p><a href="${address}">${link}</a></p>
</main>
</html>
`;
}

const escapeText = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
