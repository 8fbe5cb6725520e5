/** Owns the thread that keeps the screens of all terminals, apart from the thread that carries their bytes. */
import { parentPort } from "node:worker_threads";
import type { ScreenReport, ScreenRequest } from "./screen-messages.ts";
import { createScreenTwin, type ScreenTwin } from "./screen-twin.ts";

const port = parentPort;
if (port === null) throw new Error("screen-worker runs as a worker thread");

const twins = new Map<number, ScreenTwin>();
const report = (message: ScreenReport) => port.postMessage(message);

port.on("message", (request: ScreenRequest) => {
  const { id } = request;
  if (request.type === "open") {
    const { cols, rows } = request;
    const onTitle = (title: string) => report({ type: "title", id, title });
    twins.set(id, createScreenTwin({ cols, rows, onTitle, onAttention: attentionOf(id) }));
    return;
  }
  const twin = twins.get(id);
  if (twin === undefined) return;
  switch (request.type) {
    case "write": {
      const { length } = request.bytes;
      return twin.write(request.bytes, () => report({ type: "parsed", id, bytes: length }));
    }
    case "resize":
      return twin.resize(request.cols, request.rows);
    case "snapshot":
      return twin.snapshot((snapshot) => report({ type: "snapshot", id, request: request.request, ...snapshot }));
    case "close":
      twins.delete(id);
      return twin.close();
  }
});

/** A program that rings without end is reported once per turn of the event loop. */
function attentionOf(id: number): (kind: "bell" | "notification") => void {
  let told = false;
  return (kind) => {
    if (told) return;
    told = true;
    setImmediate(() => {
      told = false;
    });
    report({ type: "attention", id, kind });
  };
}
