/**
 * The ceiling of the terminal's way: a PTY read and dropped in the very process that opened it. Every byte that reaches any
 * viewer has to be read like this first. Prints `{"seconds":…,"bytes":…}`; its argument is the program to run.
 */
import { spawn } from "@lydell/node-pty";
import { now } from "../harness/clock.ts";
import { READY } from "../harness/terminal-load.ts";

const [command] = process.argv.slice(2);
if (command === undefined) throw new Error("usage: pty-reader <program>");
const pty = spawn(command, [], { cols: 80, rows: 24, encoding: null });
let bytes = 0;
let begun: number | undefined;
let last = 0;
pty.onData((data: string | Buffer) => {
  if (begun === undefined) {
    if (!data.toString().includes(READY)) return;
    begun = now();
    pty.write("\r");
  } else {
    bytes += data.length;
    last = now();
  }
});
pty.onExit(() => console.log(JSON.stringify({ seconds: (last - (begun ?? last)) / 1000, bytes })));
