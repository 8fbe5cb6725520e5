/** Owns the proof that a start from a dock has the environment of the person's login. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { askLoginShell, parseVariables } from "./login-environment.ts";

it("completes the environment of a start from a dock by what the login shell says, whatever the profile prints", async () => {
  const home = mkdtempSync(join(tmpdir(), "signalbox-login-"));
  writeFileSync(
    join(home, ".bash_profile"),
    'echo "Welcome = to = this"; export PATH="/opt/mine:$PATH" ODD=$\'a\\nb=c\'\n',
  );
  const env = { HOME: home, SHELL: "/bin/bash", PATH: "/usr/bin:/bin", ONLY: "here" };
  const login = await askLoginShell(env);
  expect(login).toMatchObject({ ONLY: "here", ODD: "a\nb=c" });
  expect(login.PATH?.split(":")).toContain("/opt/mine");
  expect(await askLoginShell({ ...env, SHELL: "/bin/false" })).toEqual({ ...env, SHELL: "/bin/false" });
  expect(parseVariables("A=1\0_=x\0TERM=dumb\0=y\0B=\0")).toEqual({ A: "1", B: "" });
});
