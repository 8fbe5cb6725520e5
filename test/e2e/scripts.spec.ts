/** Proves with the built product that a script can start sessions, talk to them and wait for them, and what each exit code says. */
import { expect, test } from "@playwright/test";
import { cleanEnvironment, Product, signalbox } from "../support/product.ts";

let product: Product;
test.beforeAll(async () => {
  product = await Product.start();
});
test.afterAll(() => product.stop());

/** It says of itself what an agent says, by the words that any program may print. */
const AGENT = `
word() { printf '\\033]777;signalbox;%s\\007' "$1"; }
echo "ready for work"
while read -r line; do
  word working
  case "$line" in
    ask) word "waiting;which port?" ;;
    quit) exit 3 ;;
    *) echo "answer to $line"; word finished ;;
  esac
done`;

/** Runs a command and reads its line of JSON. */
async function run(args: string[], env: Record<string, string> = {}) {
  const done = await signalbox([...args, "--home", product.home, "--json"], cleanEnvironment(env));
  return { ...done, json: done.stdout === "" ? undefined : JSON.parse(done.stdout) };
}
async function begin(label: string): Promise<string> {
  const made = await signalbox(
    ["new", "--home", product.home, "--cwd", product.folder, "--label", label, "sh", "--", "-c", AGENT],
    cleanEnvironment(),
  );
  expect(made.code, made.stderr).toBe(0);
  return made.stdout.trim();
}

test("a script gives an agent work, waits for the end of each turn, and reads the answer", async () => {
  const id = await begin("worker");
  expect(await run(["wait", id, "--until", "output", "ready for work", "--timeout", "60"])).toMatchObject({
    code: 0,
    json: { met: "output", why: "met", session: { id, label: "worker", program: { state: "running" } } },
  });
  for (const prompt of ["first", "second"]) {
    const sent = await run(["send", "worker", prompt]);
    expect(sent.code, sent.stderr).toBe(0);
    // The end of the turn before is not taken for the end of this one.
    expect(await run(["wait", "worker", "--until", "done", "--timeout", "60"])).toMatchObject({
      code: 0,
      json: { met: "done", session: { state: "needs_you", needs: "prompt", cwd: product.folder } },
    });
    expect((await run(["read", "worker"])).json.text).toContain(`answer to ${prompt}`);
  }

  await run(["send", id, "ask"]);
  expect(await run(["wait", id, "--until", "done", "--until", "needs-you", "--timeout", "60"])).toMatchObject({
    code: 0,
    json: { met: "needs-you", session: { needs: "decision", evidence: expect.stringContaining("which port?") } },
  });
  expect((await run(["ls"])).json.sessions).toContainEqual(expect.objectContaining({ id, needs: "decision" }));

  await run(["send", id, "quit"]);
  expect(await run(["wait", id, "--until", "done", "--timeout", "60"])).toMatchObject({
    code: 0,
    json: { met: "done", session: { state: "failed", program: { state: "exited", code: 3, signal: null } } },
  });
  const late = await run(["send", id, "hello"]);
  expect(late).toMatchObject({ code: 1, json: { error: { code: "terminal-ended" } } });
});

test("an exit code says why a script waits no more", async () => {
  const id = await begin("waiter");
  expect(await run(["wait", id, "--until", "needs-you", "--timeout", "0.2"])).toMatchObject({
    code: 3,
    json: { met: null, why: "timeout" },
  });
  const waiting = run(["wait", id, "--until", "output", "never printed"]);
  await run(["send", id, "--key", "ctrl-c"]);
  expect(await waiting).toMatchObject({ code: 4, json: { why: "ended", session: { program: { signal: "SIGINT" } } } });
  expect(await run(["wait", id, "--until", "lunch"])).toMatchObject({ code: 2 });
  expect(await run(["send", id, "--key", "any"])).toMatchObject({ code: 2 });
  expect(await run(["status", "nobody"])).toMatchObject({ code: 1, json: { error: { code: "no-such-session" } } });
  const nobody = await signalbox(["ls", "--home", `${product.folder}/none`], cleanEnvironment());
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining("no gateway runs") });
});

test("a token that may only watch lists, reads and waits, and types nothing", async () => {
  const id = await begin("watched");
  await run(["wait", id, "--until", "output", "ready for work", "--timeout", "60"]);
  const pairing = await product.fetch("/api/v1/pairing", { method: "POST", body: '{"scope":"read-only"}' });
  const { link_code: code } = (await pairing.json()) as { link_code: string };
  const paired = await fetch(`${product.url}/pair`, { method: "POST", headers: { "x-pairing-code": code } });
  const { token } = (await paired.json()) as { token: string };
  const watching = { SIGNALBOX_URL: product.url, SIGNALBOX_TOKEN: token };

  expect((await run(["ls"], watching)).json.sessions).toContainEqual(expect.objectContaining({ id }));
  expect((await run(["read", id, "--lines", "5"], watching)).json.text).toBe("ready for work");
  for (const refused of [
    ["send", id, "rm -rf"],
    ["new", "sh"],
  ]) {
    expect(await run(refused, watching)).toMatchObject({ code: 1, json: { error: { code: "read-only" } } });
  }
  expect((await run(["read", id])).json.text).toBe("ready for work");
  expect(await run(["ls"], { SIGNALBOX_URL: product.url })).toMatchObject({ code: 1 });
});
