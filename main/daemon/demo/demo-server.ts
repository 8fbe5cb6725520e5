/** Owns the demo MCP server on stdio, whose tools do real work on a real folder with honest progress. */
export async function runDemoServer(): Promise<number> {
  throw new Error("not built yet");
}
