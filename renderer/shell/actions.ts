/** Owns what buttons, keys and the palette do: the gateway is asked, the outcome shown. */
import type { NewSession } from "../../shared/protocol/gateway-api.ts";
import { useApp } from "../stores/app-store.ts";
import { toastDone, toastFault, toastUndo } from "../stores/toasts.ts";
import { closeOverlay, selectSession, useView } from "../stores/view-store.ts";
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

export async function restartSession(services: Services, id: string): Promise<void> {
  const restarted = await services.client.restartSession(id);
  if (!restarted.ok) toastFault(restarted.fault);
}

export async function renameSession(services: Services, id: string, label: string): Promise<void> {
  const before = useApp.getState().app?.sessions.find((session) => session.id === id)?.label;
  const renamed = await services.client.renameSession(id, label);
  if (!renamed.ok) toastFault(renamed.fault);
  else if (before !== undefined) {
    toastUndo(`Renamed to “${label}”`, () => void services.client.renameSession(id, before));
  }
}

/** The session vanishes at once; the gateway is told when the time to take it back is over. */
export const DELETE_GRACE_MS = 8_000;

export async function deleteSession(services: Services, id: string): Promise<void> {
  const deleted = await services.client.deleteSession(id);
  if (!deleted.ok) {
    toastFault(deleted.fault);
    return;
  }
  services.streams.close(id);
  services.terminals.close(id);
  if (useView.getState().session === id) selectSession(undefined);
  toastDone("Session deleted");
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
