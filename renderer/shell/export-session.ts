/** Saves a session's history as a file. */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import { toastFault } from "../stores/toasts.ts";

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
  const address = URL.createObjectURL(await answer.value.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = `${session.label.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 80)}.${format === "trace" ? "json" : format}`;
  link.click();
  URL.revokeObjectURL(address);
}
