/** Owns the proof that a start from a dock has the environment of the person's login. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { askLoginShell, parseVariables } from "./login-environment.ts";

/** A busy machine needs longer for a shell than a person is made to wait. */
const PATIENT_MS = 60_000;

it("completes the environment of a start from a dock by what the login shell says, whatever the profile prints", async () => {
  const home = mkdtempSync(join(tmpdir(), "signalbox-login-"));
  writeFileSync(
    join(home, ".bash_profile"),
    'echo "Welcome = to = this"; export PATH="/opt/mine:$PATH" ODD=$\'a\\nb=c\'\n',
  );
  const env = { HOME: home, SHELL: "/bin/bash", PATH: "/usr/bin:/bin", ONLY: "here" };
  const login = await askLoginShell(env, PATIENT_MS);
  expect(login).toMatchObject({ ONLY: "here", ODD: "a\nb=c" });
  expect(login.PATH?.split(":")).toContain("/opt/mine");
  expect(await askLoginShell({ ...env, SHELL: "/bin/false" })).toEqual({ ...env, SHELL: "/bin/false" });
  expect(parseVariables("A=1\0_=x\0TERM=dumb\0=y\0B=\0")).toEqual({ A: "1", B: "" });
});

it("a shell that never answers is ended, and what is known already goes on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-login-"));
  const shell = join(folder, "shell");
  writeFileSync(shell, "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
  const env = { SHELL: shell, PATH: "/usr/bin:/bin" };
  expect(await askLoginShell(env, 200)).toEqual(env);
});
