/** Owns what buttons, keys and the palette do: the gateway is asked, the outcome shown. */
import type { NewSession } from "../../shared/protocol/gateway-api.ts";
import { toastDone, toastFault } from "../stores/toasts.ts";
import { closeOverlay, selectSession } from "../stores/view-store.ts";
import type { Services } from "./services.ts";

/** Gives true when the session was started; a fault is left to the caller to show where the person looks. */
export async function startSession(services: Services, request: NewSession) {
  const created = await services.client.createSession(request);
  if (created.ok) {
    closeOverlay();
    selectSession(created.value.id);
  }
  return created;
}

export async function startDemo(services: Services): Promise<void> {
  const created = await startSession(services, { agent: "demo", label: "Demo" });
  if (!created.ok) toastFault(created.fault);
}

/** `resume`: with the agent's last conversation. */
export async function restartSession(services: Services, id: string, resume = false): Promise<void> {
  const restarted = await services.client.restartSession(id, resume);
  if (!restarted.ok) toastFault(restarted.fault);
}

export async function retryDaemon(services: Services): Promise<void> {
  services.reconnectNow();
  const asked = await services.client.retryDaemon();
  if (!asked.ok) toastFault(asked.fault);
}

export async function startDaemon(services: Services): Promise<void> {
  const asked = await services.client.startDaemon();
  if (!asked.ok) toastFault(asked.fault);
}

export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toastDone(`${what} copied`);
  } catch {
    toastFault({ code: "clipboard", message: "The browser didn't allow copying." });
  }
}
