/**
 * A program in a terminal that counts keys on its first line, as soon as it gets them; with a number as argument it also
 * redraws the lines below at that many megabytes a second, as a busy agent's screen does.
 */
const megabytes = Number(process.argv[2] ?? 0);
const EVERY_MS = 4;
let keys = 0;

process.stdin.setRawMode(true);
process.stdout.write("\u001b[2J\u001b[1;1Hkeys 0000 ");
process.stdin.on("data", (data: Buffer) => {
  if (data.includes(0x04)) process.exit(0);
  keys += data.length;
  process.stdout.write(`\u001b[1;1Hkeys ${String(keys).padStart(4, "0")} `);
});

if (megabytes > 0) {
  const bytes = Math.round((megabytes * 1e6 * EVERY_MS) / 1000);
  let tick = 0;
  setInterval(() => {
    // What the terminal has not taken yet is not added to: a screen skips frames, it does not queue them.
    if (process.stdout.writableLength > 2 * bytes) return;
    tick += 1;
    process.stdout.write(frame(tick, bytes));
  }, EVERY_MS);
}

function frame(tick: number, bytes: number): string {
  let text = "";
  for (let line = 0; text.length < bytes; line += 1) {
    const row = 3 + (line % 20);
    text += `\u001b[${row};1H\u001b[3${line % 8}mtick ${tick} line ${line} ${"·-+*"[line % 4]?.repeat(40)}\u001b[0m`;
  }
  return text;
}
