/** Owns reading the facts that access is decided on out of Node's request, from the raw headers: duplicates are facts too. */
import type { IncomingMessage } from "node:http";
import type { RequestFacts } from "./decide-request.ts";

export function requestFacts(request: IncomingMessage): RequestFacts {
  const target = request.url ?? "/";
  const mark = target.indexOf("?");
  const raw = request.rawHeaders;
  const all = (name: string) => raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === name);
  return {
    method: request.method ?? "GET",
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1)),
    hosts: all("host"),
    origins: all("origin"),
    authorization: all("authorization"),
    protocols: all("sec-websocket-protocol").flatMap((line) => line.split(",").map((item) => item.trim())),
  };
}
