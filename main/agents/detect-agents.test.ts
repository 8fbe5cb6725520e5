/** Proves that agents are found where the person's PATH has them, and asked for no more than their version. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { AGENT_IDS, type AgentId } from "../../shared/protocol/app-frames.ts";
import { detectAgents } from "./detect-agents.ts";

it("finds agents on PATH, and asks each for its version at most once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-path-"));
  const program = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  program("claude", 'echo x >> "$0.asked"; echo "2.1.197 (Claude Code)"');
  program("codex", 'echo "codex-cli 0.169.0"');
  program("gemini", "exit 1");
  writeFileSync(join(folder, "opencode"), "not executable");
  const env = { PATH: `relative:${folder}:/usr/bin:/bin`, TERM: "xterm", SHELL: "/bin/sh" };
  let agents = await detectAgents(env);
  const by = (id: AgentId) => agents.find((agent) => agent.id === id);
  // What answers late, as on a busy machine, is told the next time.
  await vi.waitFor(async () => {
    agents = await detectAgents(env);
    expect(by("claude")).toHaveProperty("version");
    expect(by("codex")).toHaveProperty("version");
  });
  expect(agents.map(({ id }) => id)).toEqual([...AGENT_IDS]);
  expect(by("claude")).toMatchObject({ found: true, path: join(folder, "claude"), version: "2.1.197" });
  expect(by("codex")).toMatchObject({ found: true, version: "0.169.0" });
  expect(by("gemini")).toEqual({
    id: "gemini",
    name: "Gemini CLI",
    found: true,
    path: join(folder, "gemini"),
    install: expect.any(String),
  });
  expect(by("opencode")).toMatchObject({ found: false, install: "npm install -g opencode-ai" });
  expect(by("shell")).toMatchObject({ found: true, path: "/bin/sh" });
  expect(by("demo")).toMatchObject({ found: true });
  expect(readFileSync(join(folder, "claude.asked"), "utf8")).toBe("x\n");
});

it("does not wait for a program that never tells its version", async () => {
  // It is asked for 3 s and ended after 10. The best of a few: a machine that is busy with other things may lose seconds.
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5 && best > 9_000; run += 1) {
    const folder = mkdtempSync(join(tmpdir(), "signalbox-path-"));
    writeFileSync(join(folder, "codex"), "#!/bin/sh\nexec sleep 60\n", { mode: 0o755 });
    const begun = performance.now();
    const agents = await detectAgents({ PATH: `${folder}:/usr/bin:/bin`, TERM: "xterm" });
    expect(agents.find(({ id }) => id === "codex")).toMatchObject({ found: true });
    best = Math.min(best, performance.now() - begun);
  }
  expect(best).toBeLessThan(9_000);
});

it("asking for a version leaves nothing in the person's home, whatever variables name it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-path-"));
  const home = mkdtempSync(join(tmpdir(), "signalbox-home-"));
  const leave =
    'for at in "$HOME" "$XDG_CONFIG_HOME" "$XDG_DATA_HOME" "$CODEX_HOME" "$USERPROFILE" .; do [ -z "$at" ] || touch "$at/left"; done';
  for (const name of ["gemini", "opencode", "codex"]) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${leave}\necho 1.2.3\n`, { mode: 0o755 });
  }
  const env = {
    PATH: `${folder}:/usr/bin:/bin`,
    TERM: "xterm",
    HOME: home,
    USERPROFILE: home,
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: home,
    CODEX_HOME: home,
  };
  await vi.waitFor(async () => {
    const agents = await detectAgents(env);
    const versions = agents.filter(({ id }) => ["gemini", "opencode", "codex"].includes(id)).map((one) => one.version);
    expect(versions).toEqual(["1.2.3", "1.2.3", "1.2.3"]);
  });
  expect(readdirSync(home)).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(["codex", "gemini", "opencode"]);
});

it("a version that stands beside the program is read there: the program is not run", async () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-path-"));
  const install = (name: string, at: string, version: string) => {
    mkdirSync(join(folder, at, "bin"), { recursive: true });
    writeFileSync(join(folder, at, "package.json"), JSON.stringify({ name, version }));
    writeFileSync(join(folder, at, "bin", "run.js"), '#!/bin/sh\ntouch "$0.ran"\n', { mode: 0o755 });
  };
  install("@google/gemini-cli", "lib/node_modules/@google/gemini-cli", "0.61.0");
  mkdirSync(join(folder, "path"));
  symlinkSync(join(folder, "lib/node_modules/@google/gemini-cli/bin/run.js"), join(folder, "path/gemini"));
  // A starter that is no link, as pnpm writes it, with the package beside it.
  install("opencode-ai", "path/node_modules/opencode-ai", "1.18.33");
  writeFileSync(join(folder, "path/opencode"), '#!/bin/sh\ntouch "$0.ran"\n', { mode: 0o755 });
  // Claude Code's own installer.
  mkdirSync(join(folder, "versions"));
  writeFileSync(join(folder, "versions/2.1.332"), '#!/bin/sh\ntouch "$0.ran"\n', { mode: 0o755 });
  symlinkSync(join(folder, "versions/2.1.332"), join(folder, "path/claude"));
  const agents = await detectAgents({ PATH: `${join(folder, "path")}:/usr/bin:/bin`, TERM: "xterm" });
  const version = (id: AgentId) => agents.find((agent) => agent.id === id)?.version;
  expect([version("gemini"), version("opencode"), version("claude")]).toEqual(["0.61.0", "1.18.33", "2.1.332"]);
  expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith(".ran"))).toEqual([]);
});
