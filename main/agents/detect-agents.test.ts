/** Owns the proof that agents are found where the person's PATH has them, and asked for no more than their version. */
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
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
