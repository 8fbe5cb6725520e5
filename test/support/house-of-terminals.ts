/** Terminals for the length of one test. */
import { onTestFinished } from "vitest";
import { openTerminals, type TestTerminals } from "./terminal-client.ts";

/** As `openTerminals`; closed when the test has ended, however it did. */
export async function house(...options: Parameters<typeof openTerminals>): Promise<TestTerminals> {
  const terminals = await openTerminals(...options);
  onTestFinished(terminals.close);
  return terminals;
}
