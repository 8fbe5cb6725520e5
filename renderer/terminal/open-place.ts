/** Opens a place in a file with the editor that the person has chosen. */
import type { FilePlace } from "../../shared/links/editor-address.ts";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Host } from "../host/host.ts";
import { useSettings } from "../stores/settings-store.ts";
import { toastFault } from "../stores/toasts.ts";
import { selectSession } from "../stores/view-store.ts";

export async function openPlace(host: Host, client: GatewayClient, session: string, place: FilePlace): Promise<void> {
  const { editor, editorHost } = useSettings.getState();
  if (editor !== "env") {
    await host.openInEditor({ ...place, editor }, editorHost).catch(() =>
      toastFault({
        code: "no-editor",
        message: "The editor could not be opened.",
        hint: "Settings → Terminal → Paths open in chooses another one.",
      }),
    );
    return;
  }
  const edited = await client.edit(session, place);
  if (edited.ok) selectSession(edited.value.id);
  else toastFault(edited.fault);
}
