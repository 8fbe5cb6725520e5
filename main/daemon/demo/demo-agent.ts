/** Owns the demo agent: a small scripted agent that runs in a terminal and calls the demo tools as a real MCP client. */
export async function runDemoAgent(): Promise<number> {
  throw new Error("not built yet");
}
