/**
 * The program of a session to be looked at: it names itself on the first line of its terminal, fills the screen below,
 * calls `echo` as often as it is told through the session's own MCP endpoint, says so on the second line, and stays.
 */
import { openThinClient } from "../harness/mcp-client.ts";

const [name = "session", calls = "0"] = process.argv.slice(2);
const url = process.env.SIGNALBOX_MCP_URL;
const token = process.env.SIGNALBOX_MCP_TOKEN;
if (url === undefined || token === undefined) throw new Error("no MCP endpoint was given to the session");

const LINES = 34;
const screen = Array.from(
  { length: LINES },
  (_, line) => `\u001b[3${line % 8}m${String(line).padStart(4)}  ${"lorem ipsum dolor ".repeat(4)}\u001b[0m`,
);
process.stdout.write(`\u001b[2J\u001b[H${name} \r\n\r\n${screen.join("\r\n")}`);
process.stdin.resume();

const client = await openThinClient({ url, headers: { authorization: `Bearer ${token}` } }, 4);
let left = Number(calls);
async function callOn(): Promise<void> {
  while (left > 0) {
    left -= 1;
    await client.call(`call ${left}`);
  }
}
await Promise.all(Array.from({ length: 4 }, callOn));
await client.close();
process.stdout.write("\u001b[2;1Hall called");
