/** The mode of the terminal that we were started in: every byte as it is, in both directions, and back to what it was. */
import { spawnSync } from "node:child_process";

/** Gives what restores it; that also happens when the process ends otherwise. */
export function makeRaw(input: NodeJS.ReadStream): () => void {
  const before = process.platform === "win32" ? "" : stty("-g");
  // Node's own raw mode still turns each line feed that is printed into two characters, which full-screen programs do
  // not survive.
  if (before === "") input.setRawMode(true);
  else stty("raw", "-echo");
  let restored = false;
  const restore = () => {
    if (restored) return;
    restored = true;
    process.off("exit", restore);
    if (before === "") input.setRawMode(false);
    else stty(before);
  };
  process.on("exit", restore);
  return restore;
}

/** stty(1) works on its standard input. Empty where there is none. */
function stty(...args: string[]): string {
  const { status, stdout } = spawnSync("stty", args, { stdio: ["inherit", "pipe", "ignore"], encoding: "utf8" });
  return status === 0 ? stdout.trim() : "";
}
