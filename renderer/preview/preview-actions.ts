/** What buttons, keys and the palette do with previews. */
import { deepLink } from "../../shared/links/deep-link.ts";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import type { PortView } from "../../shared/protocol/preview-api.ts";
import { copyText } from "../shell/actions.ts";
import type { Services } from "../shell/services.ts";
import { mayOnlyWatch } from "../stores/app-store.ts";
import { toastFault } from "../stores/toasts.ts";
import { openOverlay, selectSession, showPreview, useView, visitPreview } from "../stores/view-store.ts";
import { keepPath } from "./preview-path.ts";

/** The port that a person most likely means: one that is served and exposed, else served, else exposed. */
export function likelyPort(ports: readonly PortView[]): PortView | undefined {
  const up = ports.filter(({ health }) => health === "up");
  return up.find(({ exposed }) => exposed) ?? up[0] ?? ports[0];
}

/**
 * Exposes the port where it is not yet, and shows it, at `path` where one is given. A device that may only watch is told so in the
 * preview's place. False when it could not be exposed, which was said.
 */
export async function openPreview(
  services: Services,
  session: string,
  port: PortView,
  path?: string,
): Promise<boolean> {
  if (!port.exposed && !mayOnlyWatch()) {
    const exposed = await services.client.exposePort(session, { port: port.port });
    if (!exposed.ok) {
      toastFault(exposed.fault);
      return false;
    }
  }
  selectSession(session);
  if (path === undefined) showPreview(port.port);
  else {
    keepPath(session, port.port, path);
    visitPreview(port.port);
  }
  return true;
}

export function togglePreview(services: Services, session: SessionView): void {
  const { preview, collapsed } = useView.getState();
  if (preview !== undefined && !collapsed.activity) {
    showPreview(undefined);
    return;
  }
  const port = likelyPort(session.ports ?? []);
  if (port === undefined) openOverlay("ports", session.id);
  else void openPreview(services, session.id, port);
}

/** A preview must be shown for what is about it. */
function withPreview(run: (port: number) => void): void {
  const { preview } = useView.getState();
  if (preview !== undefined) run(preview);
  else toastFault({ code: "no-preview", message: "No preview is shown.", hint: "Show one first: this is about it." });
}

export const copyPreviewLink = (session: string): void =>
  withPreview((port) => void copyText(deepLink({ session, preview: port }), "Link"));

export const sharePreview = (session: string): void => withPreview(() => openOverlay("share-preview", session));

/** Shows the place in the person's browser: the desktop app lets it in itself, a page asks for a way in first. */
export async function openOutside(services: Services, session: string, port: PortView, path: string): Promise<void> {
  const { host, client } = services;
  if (port.url === undefined) return;
  if (host.kind === "desktop") return host.openExternal(new URL(path, port.url).href);
  const granted = await client.grantPreview(session, port.port, path);
  if (granted.ok) window.open(granted.value.url, "_blank", "noopener,noreferrer");
  else toastFault(granted.fault);
}
