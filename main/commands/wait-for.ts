/** Waits at the gateway for what a session comes to: over `/ws/app` for its state, over its terminal for what it prints. */
import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";
import { WebSocket } from "ws";
import { appFrameSchema, type SessionView } from "../../shared/protocol/app-frames.ts";
import { type Fault, fault } from "../../shared/protocol/fault.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { screenTextSchema } from "../../shared/protocol/script-api.ts";
import { SUBPROTOCOL } from "../../shared/protocol/wire.ts";
import type { Gateway } from "./ask-gateway.ts";
import { hasEnded, type Met, metBy, type Until } from "./until.ts";

export type Waited =
  | { end: "met"; met: Met; session: SessionView }
  /** None of it can come any more. */
  | { end: "ended"; session: SessionView }
  | { end: "timeout"; session: SessionView | undefined }
  | { end: "failed"; fault: Fault };

/** Printed text that is looked at again when more comes, so that what comes in pieces is found. */
const KEPT_CHARACTERS = 64 * 1024;
/** How often the screen is read while it changes: a text that a program paints piece by piece stands only there. */
const LOOK_MS = 200;

export function waitFor(
  gateway: Gateway,
  id: string,
  until: readonly Until[],
  { timeoutMs, signal }: { timeoutMs?: number | undefined; signal?: AbortSignal | undefined } = {},
): Promise<Waited> {
  const { promise, resolve } = Promise.withResolvers<Waited>();
  const sockets: WebSocket[] = [];
  let session: SessionView | undefined;
  let over = false;
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => end({ end: "timeout", session }), timeoutMs);
  const texts = until.flatMap((each) => (each.kind === "output" ? [each.text] : []));
  const onAbort = () => end({ end: "failed", fault: fault("cancelled", "Nobody waits any more.") });
  signal?.addEventListener("abort", onAbort, { once: true });

  /** Printed and not looked for any more, the newest last. */
  let printed = "";
  let decoder = new StringDecoder("utf8");
  let looking: Promise<void> | undefined;
  let again: NodeJS.Timeout | undefined;

  function end(how: Waited): void {
    if (over) return;
    over = true;
    clearTimeout(timer);
    clearTimeout(again);
    signal?.removeEventListener("abort", onAbort);
    for (const socket of sockets) socket.terminate();
    resolve(how);
  }
  const lost = () => end({ end: "failed", fault: fault("no-gateway", "The connection to the gateway was lost.") });

  function open(path: string, onMessage: (data: Buffer, binary: boolean) => void): WebSocket {
    const socket = new WebSocket(gateway.base.replace(/^http/, "ws") + path, [SUBPROTOCOL], {
      headers: { authorization: `Bearer ${gateway.token}` },
      perMessageDeflate: false,
      // The list of sessions and a whole screen are one message each.
      maxPayload: 256 * 1024 * 1024,
    });
    sockets.push(socket);
    socket.on("message", (data, binary) => Buffer.isBuffer(data) && !over && onMessage(data, binary));
    socket.on("error", () => {});
    return socket;
  }

  let seen = false;
  function found(): void {
    seen = true;
    // The state that goes with it is told in a moment, or is told already.
    if (session !== undefined) end({ end: "met", met: "output", session });
  }
  const holds = (text: string) => texts.some((wanted) => text.includes(wanted));

  async function look(): Promise<void> {
    const shown = await gateway.ask(screenTextSchema, "GET", `/api/v1/sessions/${id}/screen`);
    if (shown.ok && holds(shown.value.text)) found();
  }
  function lookSoon(): void {
    if (again !== undefined || over) return;
    again = setTimeout(() => {
      again = undefined;
      looking = (looking ?? Promise.resolve()).then(look);
    }, LOOK_MS);
  }

  async function seeState(view: SessionView): Promise<void> {
    session = view;
    if (seen) return found();
    const met = metBy(view, until);
    if (met !== undefined) return end({ end: "met", met, session: view });
    if (!hasEnded(view)) return;
    // Its last words may be what is waited for.
    if (texts.length > 0) await look();
    end({ end: "ended", session: view });
  }

  open("/ws/app", (data) => {
    const frame = parseJson(appFrameSchema, data.toString("utf8"));
    if (!frame.ok) return;
    const told = frame.value;
    if (told.type === "session" && told.session.id === id) void seeState(told.session);
    if (told.type === "session_removed" && told.id === id && session !== undefined) end({ end: "ended", session });
    if (told.type !== "snapshot") return;
    const view = told.app.sessions.find((each) => each.id === id);
    if (view !== undefined) void seeState(view);
    else end({ end: "failed", fault: fault("no-such-session", "There is no such session.") });
  }).on("close", lost);

  if (texts.length > 0) {
    const socket = open(`/ws/terminal?session_id=${encodeURIComponent(id)}`, (data, binary) => {
      if (!binary) {
        // What is on the screen counts, and what scrolled away before does not.
        printed = "";
        decoder = new StringDecoder("utf8");
        lookSoon();
        return;
      }
      socket.send(JSON.stringify({ type: "ack", bytes: data.length }));
      printed += decoder.write(data);
      if (holds(stripVTControlCharacters(printed).replaceAll("\r", ""))) found();
      printed = printed.slice(-KEPT_CHARACTERS);
      lookSoon();
    });
  }
  return promise;
}
