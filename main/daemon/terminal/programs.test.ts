/** Proves with the programs that ask most of a terminal: vim, tmux and less, driven for real. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { DARK_TERMINAL } from "../../../shared/protocol/terminal-colours.ts";
import { house } from "../../../test/support/house-of-terminals.ts";
import { screenState } from "../../../test/support/screen-state.ts";
import type { TerminalClient, TestTerminals } from "../../../test/support/terminal-client.ts";

const installed = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "signalbox-programs-"));

/** The text on the screen now, waited for: a full-screen program tells by nothing else that it is ready. */
async function shows(viewer: TerminalClient, pattern: RegExp): Promise<void> {
  for (;;) {
    const seen = viewer.received.length;
    const { buffer, rows } = await viewer.screen();
    const at = buffer.active.baseY;
    const text = Array.from({ length: rows }, (_, y) => buffer.active.getLine(at + y)?.translateToString(true) ?? "");
    if (pattern.test(text.join("\n"))) return;
    await viewer.until(() => viewer.received.length > seen, `${pattern} in\n${text.join("\n")}\n`);
  }
}

async function sameForANewcomer(house: TestTerminals, session: string, viewer: TerminalClient): Promise<void> {
  const late = await house.connect(session);
  await late.frame("snapshot");
  // Once what the program still had to say has come to both.
  await vi.waitFor(async () => {
    const [here, there] = [await viewer.screen(), await late.screen()].map(screenState);
    expect(there).toEqual(here);
  });
  await late.close();
}

it.skipIf(!installed("vim"))("vim edits a file, and a viewer that comes in the middle sees the same", async () => {
  const terminals = await house();
  const file = join(folder, "poem.txt");
  writeFileSync(file, Array.from({ length: 100 }, (_, n) => `line ${n} of the poem — ✓ 漢字`).join("\n"));
  terminals.start("v", "vim", ["-u", "NONE", "-N", "--cmd", "set mouse=a ruler nottyfast", file], {
    cols: 90,
    rows: 30,
  });
  const viewer = await terminals.connect("v", { cols: 90, rows: 30 });
  await shows(viewer, /line 0 of the poem/);
  viewer.type("50Gofresh");
  await shows(viewer, /fresh[\s\S]*-- INSERT --/);
  await sameForANewcomer(terminals, "v", viewer);
  viewer.send({ type: "resize", cols: 60, rows: 20 });
  viewer.type("\x1b:%s/poem/song/\r");
  await shows(viewer, /line 99 of the song/);
  viewer.type(":wq\r");
  expect(await viewer.frame("exit")).toMatchObject({ code: 0 });
  expect(readFileSync(file, "utf8")).toMatch(/line 49 of the song[^\n]*\nfresh\nline 50 of the song/);
  // Back on the normal screen, as a shell would find it.
  expect((await viewer.screen()).buffer.active.type).toBe("normal");
});

it.skipIf(!installed("vim"))("vim learns that the person's ground is light although nobody looks yet", async () => {
  const terminals = await house();
  terminals.start("first", "cat");
  const page = await terminals.connect("first");
  page.send({ type: "colours", colours: { ...DARK_TERMINAL, background: "#fbfcfd", foreground: "#1a1f29" } });
  page.type("told\r");
  await page.text("told");
  const said = join(folder, "background.txt");
  const look = `call timer_start(20, {_ -> v:termrbgresp == "" ? 0 : writefile([&background], "${said}")}, {"repeat": -1})`;
  terminals.start("v", "vim", ["-u", "NONE", "-N", "-c", look]);
  await vi.waitFor(() => expect(existsSync(said) && readFileSync(said, "utf8")).toBe("light\n"));
});

it.skipIf(!installed("tmux"))("tmux splits, is left and found again, and looks the same to everyone", async () => {
  const terminals = await house();
  const tmux = ["-L", `signalbox-${process.pid}`, "-f", "/dev/null"];
  const env = { SHELL: "/bin/sh", PS1: "$ " };
  try {
    terminals.start("t", "tmux", [...tmux, "new-session", "-s", "s", "sh"], { cols: 100, rows: 30, env });
    const viewer = await terminals.connect("t", { cols: 100, rows: 30 });
    await shows(viewer, /\$ /);
    viewer.type("echo left-$((1+1))\r");
    await shows(viewer, /left-2/);
    viewer.type("\x02%");
    viewer.type("printf '\\033[32mright-%d\\033[0m\\n' $((2+2))\r");
    await shows(viewer, /│.*right-4/);
    await sameForANewcomer(terminals, "t", viewer);
    viewer.type("\x02d");
    expect(await viewer.frame("exit")).toMatchObject({ code: 0 });
    terminals.start("again", "tmux", [...tmux, "attach", "-t", "s"], { cols: 80, rows: 24, env });
    const again = await terminals.connect("again", { cols: 80, rows: 24 });
    await shows(again, /left-2[\s\S]*right-4|right-4/);
  } finally {
    spawnSync("tmux", [...tmux, "kill-server"]);
  }
});

it.skipIf(!installed("less"))("less pages through a file and gives the screen back", async () => {
  const terminals = await house();
  const file = join(folder, "long.txt");
  writeFileSync(file, Array.from({ length: 500 }, (_, n) => `row ${n}`).join("\n"));
  terminals.start("l", "less", [file], { env: { LESS: null } });
  const viewer = await terminals.connect("l", { cols: 80, rows: 24 });
  await shows(viewer, /row 0\n/);
  viewer.type("G");
  await shows(viewer, /row 499/);
  await sameForANewcomer(terminals, "l", viewer);
  viewer.type("q");
  expect(await viewer.frame("exit")).toMatchObject({ code: 0 });
});
