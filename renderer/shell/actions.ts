/** What buttons, keys and the palette do: the gateway is asked, the outcome shown. */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import type { NewSession } from "../../shared/protocol/gateway-api.ts";
import { oneLine } from "../../shared/text/visible.ts";
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

/** In its own folder, or in one that was chosen for it. */
export const startDemo = (services: Services, cwd?: string) =>
  startSession(services, { agent: "demo", ...(cwd === undefined ? {} : { cwd }) });

/** Where nothing on the page can say what went wrong. */
export async function startDemoHere(services: Services): Promise<void> {
  const created = await startDemo(services);
  if (!created.ok) toastFault(created.fault);
}

/** `resume`: with the agent's last conversation. */
export async function restartSession(services: Services, id: string, resume = false): Promise<void> {
  const restarted = await services.client.restartSession(id, { resume });
  if (!restarted.ok) toastFault(restarted.fault);
}

/** Ends a session's program; true when it runs no more. What it took is said. */
export async function stopProgram(services: Services, session: SessionView): Promise<boolean> {
  const name = oneLine(session.agent_name, 60);
  const stopped = await services.client.stopSession(session.id);
  if (!stopped.ok) toastFault(stopped.fault);
  else if (stopped.value.by === "SIGKILL") toastDone(`${name} ignored SIGTERM for 3 s and was killed`);
  else toastDone(`${name} was stopped`);
  return stopped.ok;
}

/** Ends one call; its row then says so. */
export async function stopCall(services: Services, session: string, call: string): Promise<void> {
  const stopped = await services.client.stopCall(session, call);
  if (!stopped.ok) toastFault(stopped.fault);
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
