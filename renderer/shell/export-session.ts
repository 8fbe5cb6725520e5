/** Saves a session's history as a file. */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import { toastDone, toastFault } from "../stores/toasts.ts";

export async function exportSession(
  client: GatewayClient,
  session: SessionView,
  format: "jsonl" | "cast" | "trace" | "html",
): Promise<void> {
  const answer = await client.exportSession(session.id, format);
  if (!answer.ok) {
    toastFault(answer.fault);
    return;
  }
  saveFile(await answer.value.blob(), session.label, format === "trace" ? "json" : format);
}

/** Hands a file to the browser, and says where it went. */
export function saveFile(contents: Blob, label: string, suffix: string): void {
  const address = URL.createObjectURL(contents);
  const link = document.createElement("a");
  link.href = address;
  link.download = `${label.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 80)}.${suffix}`;
  link.click();
  URL.revokeObjectURL(address);
  toastDone(`Saved ${link.download}`, "It is where your downloads are kept, unless you were asked for a place.");
}
