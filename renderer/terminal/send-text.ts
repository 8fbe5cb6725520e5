/** Sends text into the prompt of a session's program, over a connection of its own, whether or not its terminal is shown. */
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { terminalServerFrameSchema } from "../../shared/protocol/terminal-frames.ts";
import type { GatewayGate } from "../gateway/gateway-gate.ts";
import { openReconnectingSocket } from "../gateway/reconnecting-socket.ts";
import { pasteText } from "./paste-text.ts";

/** Milliseconds until a session counts as not reached. */
const LIMIT_MS = 8_000;
const encoder = new TextEncoder();

/** `enter`: the program is to act on it at once. Text of several lines is one line to a program that takes line breaks for Enter. */
export function sendText(gate: GatewayGate, session: string, text: string, enter: boolean): Promise<Result<void>> {
  return new Promise((resolve) => {
    const end = (result: Result<void>) => {
      clearTimeout(late);
      socket.dispose();
      resolve(result);
    };
    const unreached = (why: string) => failed("not-sent", why);
    const late = setTimeout(() => end(unreached("its terminal did not answer")), LIMIT_MS);
    const socket = openReconnectingSocket({
      gate,
      // Without a size: whoever looks at it keeps theirs.
      path: () => `/ws/terminal?session_id=${encodeURIComponent(session)}`,
      onText(data) {
        const frame = parseJson(terminalServerFrameSchema, data);
        if (!frame.ok) return;
        if (frame.value.type === "exit") end(unreached("its program has ended"));
        else if (frame.value.type === "error") end(unreached(frame.value.message));
        else if (frame.value.type === "snapshot") {
          const bytes = encoder.encode(pasteText(text, isBracketed(frame.value.data)) + (enter ? "\r" : ""));
          end(socket.send(bytes) ? ok(undefined) : unreached("the connection broke off"));
        }
      },
      onBytes() {},
      onLink(link) {
        if (link.state === "closed") end(unreached("it has no terminal"));
      },
    });
  });
}

/** The modes stand in the snapshot as the program set them. */
const isBracketed = (snapshot: string): boolean =>
  snapshot.lastIndexOf("\u001b[?2004h") > snapshot.lastIndexOf("\u001b[?2004l");
