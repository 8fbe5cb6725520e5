/** Reads the facts that access is decided on out of Node's request, from the raw headers: duplicates are facts too. */
import type { IncomingMessage } from "node:http";
import { doorFacts } from "../../wire/decide-door.ts";
import { valuesOf } from "../../wire/hop-headers.ts";
import type { RequestFacts } from "./decide-request.ts";

export function requestFacts(request: IncomingMessage): RequestFacts {
  const target = request.url ?? "/";
  const mark = target.indexOf("?");
  const raw = request.rawHeaders;
  return {
    ...doorFacts(target, raw),
    method: request.method ?? "GET",
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1)),
    authorization: valuesOf(raw, "authorization"),
    protocols: valuesOf(raw, "sec-websocket-protocol").flatMap((line) => line.split(",").map((item) => item.trim())),
  };
}
