/** Proves that the workflows run what this project has, on every system that it is for, and no code that changes under them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const folder = join(".github", "workflows");
const workflows = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));

it.each(workflows)("$name pins every action to a commit: a tag may be moved to other code", ({ text }) => {
  const used = [...text.matchAll(/uses: (\S+)(.*)$/gm)];
  expect(used.length).toBeGreaterThan(0);
  for (const [, action, comment] of used) {
    expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    expect(comment).toMatch(/^ # v\d+\.\d+\.\d+$/);
  }
});

it.each(workflows)("$name names scripts and commands that are there", ({ text }) => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
  for (const [file] of text.matchAll(/scripts\/[\w/-]+\.(ts|sh)/g)) expect(existsSync(file)).toBe(true);
  for (const [, name] of text.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(name);
});

it("every change starts the real Electron on X11, Wayland, macOS and Windows", () => {
  const check = workflows.find(({ name }) => name === "check.yml")?.text ?? "";
  expect(check).toContain("pull_request:");
  for (const system of ["x11", "wayland", "macos", "windows"]) {
    expect(check).toMatch(new RegExp(`name == '${system}'\\n +run: .*scripts/smoke\\.ts`));
  }
});

it("a release starts what it has packaged, before anything is published", () => {
  const release = workflows.find(({ name }) => name === "release.yml")?.text ?? "";
  expect(release.match(/scripts\/smoke\.ts/g)?.length).toBeGreaterThanOrEqual(4);
  expect(release.indexOf("smoke.ts")).toBeLessThan(release.indexOf("gh release create"));
});
