/** Fetching code of the page later than the page: only from a gateway that has proved itself, since a stranger's script would be this page. */
import type { GatewayGate } from "./gateway-gate.ts";

let gate: Pick<GatewayGate, "proven"> | undefined;

/** From now on code is fetched through this gate; without one the page has only just come from its gateway. */
export function loadThrough(next: Pick<GatewayGate, "proven"> | undefined): void {
  gate = next;
}

/** `load` is a dynamic `import()`; every one of the page stands within this. It waits for as long as the gateway is away. */
export async function loadCode<T>(load: () => Promise<T>): Promise<T> {
  await gate?.proven();
  return load();
}
