/** Answers an upgrade that is refused: an ordinary HTTP answer instead of the 101, then the end of the connection. */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Fault } from "../../shared/protocol/fault.ts";

/** Without a fault the answer has no body. `headers` are written as they are given. */
export function refuseUpgrade(
  stream: Duplex,
  status: number,
  fault?: Fault,
  headers: Readonly<Record<string, string>> = {},
): void {
  stream.on("error", () => stream.destroy());
  const body = fault === undefined ? "" : JSON.stringify({ error: fault });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}`,
    ...(body === "" ? [] : ["Content-Type: application/json"]),
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Cache-Control: no-store",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "Connection: close",
  ];
  stream.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
