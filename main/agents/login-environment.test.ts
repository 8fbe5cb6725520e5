/** Proves that a start from a dock has the environment of the person's login. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { askLoginShell, loginEnvironment, parseVariables } from "./login-environment.ts";

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

it.each<[string, profile: string, mark: string | undefined]>([
  ["leaves a background job that holds its output", 'export MARK=1\nsleep 300 & echo $! > "$HOME/job"\n', "1"],
  ["reads its input", "read line; cat > /dev/null\nexport MARK=1\n", "1"],
  ["prints itself and what it runs", 'set -xv\ncat "$HOME/.bash_profile"; export MARK=1\n', "1"],
  ["wants a terminal", "read line < /dev/tty; export MARK=1\n", "1"],
  ["puts another shell in its place", "export MARK=1\nexec /bin/sh\n", "1"],
  ["prints without end", "export MARK=1\nyes\n", undefined],
  ["ends at once", "export MARK=1; exit 3\n", undefined],
  ["closes its output", "export MARK=1; exec > /dev/null\n", undefined],
])("a profile that %s keeps nobody waiting", async (_what, profile, mark) => {
  const home = mkdtempSync(join(tmpdir(), "signalbox-login-"));
  writeFileSync(join(home, ".bash_profile"), profile);
  const env = { HOME: home, SHELL: "/bin/bash", PATH: "/usr/bin:/bin" };
  // It answers by what it reads, not because the time is over.
  expect((await askLoginShell(env, PATIENT_MS)).MARK).toBe(mark);
  const job = join(home, "job");
  if (existsSync(job)) process.kill(Number(readFileSync(job, "utf8")), "SIGKILL");
});

it("certificates that Electron removed from a package's environment come from the login shell, also when a terminal started it", async () => {
  const home = mkdtempSync(join(tmpdir(), "signalbox-login-"));
  writeFileSync(
    join(home, ".bash_profile"),
    "export NODE_EXTRA_CA_CERTS=/corp.pem NODE_OPTIONS=--no-warnings ELSE=1\n",
  );
  const env = { HOME: home, SHELL: "/bin/bash", PATH: "/usr/bin:/bin", TERM: "xterm" };
  expect(await loginEnvironment(env, false)).toEqual(env);
  expect(await loginEnvironment(env, true, () => "A=1\0")).toEqual({ ...env, NODE_EXTRA_CA_CERTS: "/corp.pem" });
  const started = () => "NODE_EXTRA_CA_CERTS=/started-with.pem\0";
  expect(await loginEnvironment(env, true, started)).toEqual({ ...env, NODE_EXTRA_CA_CERTS: "/started-with.pem" });
  const own = { ...env, NODE_EXTRA_CA_CERTS: "/mine.pem" };
  expect(await loginEnvironment(own, true)).toEqual(own);
});

it("certificates that the app handed on to its daemon count without asking a shell", async () => {
  const env = { SHELL: "/bin/false", TERM: "xterm", SIGNALBOX_NODE_EXTRA_CA_CERTS: "/handed.pem" };
  expect(await loginEnvironment(env, true)).toEqual({ ...env, NODE_EXTRA_CA_CERTS: "/handed.pem" });
  expect(await loginEnvironment(env, false)).toEqual(env);
});
