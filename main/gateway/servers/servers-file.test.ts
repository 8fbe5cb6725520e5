/** What the app does to servers.json loses nothing of it, and shows none of its credentials. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { editServers } from "./servers-file.ts";

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

type Entries = Record<string, Record<string, unknown>>;

function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "signalbox-servers-")));
  undo.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A file with this text, and what the app may do to it. */
function open(text: string | object | undefined, at = join(folder(), "servers.json")) {
  const written = typeof text === "object" ? `${JSON.stringify(text, null, 2)}\n` : text;
  if (written !== undefined) writeFileSync(at, written, { mode: 0o600 });
  const editor = editServers(at);
  const shown = (): Entries => {
    const read = editor.read(false);
    if (!read.ok) throw new Error(read.fault.message);
    return structuredClone(read.value.mcpServers) as Entries;
  };
  const change = (edit: (servers: Entries) => void) => {
    const servers = shown();
    edit(servers);
    return editor.write({ mcpServers: servers });
  };
  return { at, editor, shown, change, text: () => readFileSync(at, "utf8") };
}

const RICH = `// my servers
{
\t"$schema": "s", // where it comes from
\t"inputs": [],
\t"servers": {
\t\t// the first
\t\t"one": { "type": "stdio", "command": "true", "timeout": 600, "alwaysAllow": ["go"], "env": { "API_KEY": "sk-real-123" } },
\t\t// the second
\t\t"web": {
\t\t\t"url": "http://127.0.0.1:9/mcp", /* local */
\t\t\t"headersHelper": "x",
\t\t},
\t},
}
`;

describe("a change in the app", () => {
  it("P31: leaves comments, unknown fields, other keys, order and style as they are", () => {
    const file = open(RICH);
    expect(file.change((servers) => Object.assign(servers.web ?? {}, { disabled: true }))).toMatchObject({ ok: true });
    expect(file.text()).toBe(RICH.replace('"headersHelper": "x",', '"headersHelper": "x",\n\t\t\t"disabled": true,'));
  });

  it("P31: that adds, changes and removes keeps every comment of the others", () => {
    const file = open(RICH);
    file.change((servers) => {
      servers.added = { command: "npx", args: ["-y", "x"] };
    });
    file.change((servers) => Object.assign(servers.one ?? {}, { cwd: "/tmp" }));
    file.change((servers) => delete servers.one);
    for (const kept of [
      "// my servers",
      "// where it comes from",
      "// the second",
      "/* local */",
      '"inputs": []',
      '"added"',
    ])
      expect(file.text()).toContain(kept);
    expect(file.text()).not.toContain("sk-real-123");
    expect(Object.keys(file.shown())).toEqual(["web", "added"]);
  });

  it("keeps the byte order mark and CRLF", () => {
    const file = open(
      `\uFEFF${JSON.stringify({ mcpServers: { a: { command: "x" } } }, null, 2).replaceAll("\n", "\r\n")}`,
    );
    file.change((servers) => {
      servers.b = { command: "y" };
    });
    expect(file.text().startsWith("\uFEFF{\r\n")).toBe(true);
    expect(file.text().replaceAll("\r\n", "")).not.toContain("\n");
  });

  it.each<[string, unknown, string]>([
    ["mcpServers", { mcpServers: { a: { command: "x" } } }, '"mcpServers"'],
    ["a bare map", { a: { command: "x" } }, '"b"'],
    ["opencode's key", { mcp: { a: { type: "local", command: ["x"] } } }, '"mcp"'],
    ["a list", { mcpServers: [{ name: "a", command: "x" }] }, '"name": "b"'],
    ["nothing", undefined, '"mcpServers"'],
  ])("adds to %s in its form, and removes from it", (_form, value, sign) => {
    const file = open(value as object | undefined);
    const before = file.shown();
    expect(file.change((servers) => Object.assign(servers, { b: { command: "y", note: "n" } }))).toMatchObject({
      ok: true,
    });
    expect(file.text()).toContain(sign);
    expect(file.shown().b).toMatchObject({ command: "y", note: "n" });
    expect(file.change((servers) => delete servers.b)).toMatchObject({ ok: true });
    expect(file.shown()).toEqual(before);
  });

  it("of a server whose entry stands under two keys removes both, so that the other one does not come up", () => {
    const file = open({ mcpServers: { a: { command: "x" } }, servers: { a: { command: "old" }, b: { command: "y" } } });
    file.change((servers) => delete servers.a);
    expect(Object.keys(file.shown())).toEqual(["b"]);
  });

  it("is refused where it cannot be made in its place, and where it makes no sense", () => {
    const twice = open('{"mcpServers": {"a": {"command": "x"}, "a": {"command": "y"}}}');
    expect(twice.change((servers) => Object.assign(servers.a ?? {}, { cwd: "/" }))).toMatchObject({ ok: false });
    expect(twice.text()).toBe('{"mcpServers": {"a": {"command": "x"}, "a": {"command": "y"}}}');
    const file = open({ mcpServers: { a: { command: "x" }, broken: { url: 7 } } });
    expect(file.change((servers) => Object.assign(servers, { b: { url: "ftp://x" } }))).toMatchObject({
      ok: false,
      fault: { code: "bad-server", message: "b: url must begin with http:// or https://." },
    });
    expect(file.change((servers) => Object.assign(servers, { "": { command: "x" } }))).toMatchObject({ ok: false });
    // What was there already does not stand in the way.
    expect(file.change((servers) => Object.assign(servers.a ?? {}, { cwd: "/" }))).toMatchObject({ ok: true });
    expect(file.change((servers) => delete servers.broken)).toMatchObject({ ok: true });
  });

  it("to a file that cannot be read is refused: nothing is written over", () => {
    const file = open('{"mcpServers": {"a": {"command": "x"}');
    expect(file.editor.write({ mcpServers: { b: { command: "y" } } })).toMatchObject({
      ok: false,
      fault: { code: "servers-unreadable", message: expect.stringContaining("line 1: a closing brace") },
    });
    expect(file.text()).toBe('{"mcpServers": {"a": {"command": "x"}');
  });

  it("over a version that somebody else has changed is refused", () => {
    const file = open({ mcpServers: { a: { command: "x" } } });
    const seen = file.editor.read(false);
    if (!seen.ok) throw new Error("unreadable");
    file.change((servers) => Object.assign(servers, { b: { command: "y" } }));
    expect(file.editor.write(seen.value)).toMatchObject({ ok: false, fault: { code: "servers-changed" } });
    expect(Object.keys(file.shown())).toEqual(["a", "b"]);
  });
});

const REFERENCE = `\${KEY}`;
const CANARY = "canary-secret";
const SECRETS = {
  env: {
    API_KEY: CANARY,
    SECRET_KEY: CANARY,
    PGPASSWORD: CANARY,
    GITHUB_PAT: CANARY,
    SSH_PASSPHRASE: CANARY,
    MYSQL_PWD: CANARY,
    OPENAI_KEY: CANARY,
    SENTRY_DSN: CANARY,
    PASSWORD_2: CANARY,
    DATABASE_URL: `postgresql://me:${CANARY}@db.test/x`,
    HARMLESS: "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    PIN_TOKEN: 13371337,
    DEFAULTED_KEY: `\${X:-${CANARY}}`,
  },
  args: [
    ...["--api-key", CANARY, `--token=${CANARY}`, "-e", `API_TOKEN=${CANARY}`],
    ...[
      "--header",
      `Authorization: Bearer ${CANARY}`,
      `https://u:${CANARY}@x.test/?key=${CANARY}`,
      "--password",
      CANARY,
      `--secret:${CANARY}`,
      // As Notion's server takes it.
      JSON.stringify({ headers: [{ Authorization: `Bearer ${CANARY}` }], "X-Auth": 1, key: CANARY, region: "eu-json" }),
    ],
  ],
};
const REMOTE = {
  url: `https://user:${CANARY}@x.test/mcp?api_key=${CANARY}&region=eu`,
  headers: { Authorization: `Bearer ${CANARY}`, "X-Auth": CANARY, Cookie: `sid=${CANARY}`, "X-Whatever": CANARY },
  oauth: { clientId: "c", clientSecret: CANARY },
  auth: { CLIENT_ID: "c", CLIENT_SECRET: CANARY },
  instances: [`https://y.test/?token=${CANARY}`],
  unknown: { apiKey: CANARY, deep: [{ secret: CANARY }] },
};

describe("credentials", () => {
  const file = () => open({ mcpServers: { local: { command: "x", ...SECRETS }, web: REMOTE } });

  it("A43: are never shown again, wherever in an entry they stand", () => {
    const { editor } = file();
    const shown = JSON.stringify(editor.read(false));
    for (const secret of [CANARY, "ghp_", "13371337"]) expect(shown).not.toContain(secret);
    // What opens nothing can be read and edited.
    for (const plain of ["--header", "region=eu", "eu-json", "https://••••••@x.test", '"clientId":"c"'])
      expect(shown).toContain(plain);
  });

  it("A43: and whatever else is not known to be harmless stay hidden from a device that may only watch", () => {
    const entry = {
      command: `/home/me/bin/x --k=${CANARY}`,
      args: [CANARY, `-p${CANARY}`],
      env: { PLAIN: CANARY, N: 1234 },
      cwd: `/home/${CANARY}`,
      description: CANARY,
      headersHelper: CANARY,
      disabled: true,
      novel: [{ deep: CANARY }],
    };
    const path = { url: `https://x.test/s/${CANARY}/mcp` };
    const { editor } = open({ mcpServers: { entry, path, odd: CANARY, web: REMOTE } });
    const shown = editor.read(true);
    expect(JSON.stringify(shown)).not.toContain(CANARY);
    expect(JSON.stringify(shown)).not.toContain("1234");
    expect(shown).toMatchObject({
      ok: true,
      value: {
        mcpServers: { entry: { disabled: true, env: { PLAIN: "••••••" } }, path: { url: "https://x.test/••••••" } },
      },
    });
  });

  it("a reference to one is shown as it is written", () => {
    const { shown } = open({ mcpServers: { a: { command: "x", env: { API_KEY: REFERENCE } } } });
    expect(shown().a).toEqual({ command: "x", env: { API_KEY: REFERENCE } });
  });

  it("stay what they are through every change: switched off, renamed, arguments added, moved and taken away", () => {
    const { change, text, shown } = file();
    expect(change((servers) => Object.assign(servers.local ?? {}, { disabled: true }))).toMatchObject({ ok: true });
    expect(
      change(({ local }) => {
        if (local !== undefined) local.args = ["-y", ...(local.args as string[]).slice(2), "last"];
      }),
    ).toMatchObject({ ok: true });
    expect(
      change((servers) => {
        servers.renamed = servers.local ?? {};
        delete servers.local;
      }),
    ).toMatchObject({ ok: true });
    const now = JSON.parse(text()) as { mcpServers: Entries };
    expect(now.mcpServers.renamed).toEqual({
      command: "x",
      env: SECRETS.env,
      args: ["-y", ...SECRETS.args.slice(2), "last"],
      disabled: true,
    });
    expect(now.mcpServers.web).toEqual(REMOTE);
    expect(JSON.stringify(shown())).not.toContain(CANARY);
  });

  it("can be changed around: another host keeps the key of the address", () => {
    const { change, text } = file();
    change(({ web }) => {
      if (web !== undefined) web.url = String(web.url).replace("x.test", "z.test");
    });
    expect(text()).toContain(`https://user:${CANARY}@z.test/mcp?api_key=${CANARY}&region=eu`);
  });

  it("P31: come back with a removed server that is taken back, and the text is what it was", () => {
    const { change, text, shown } = open(RICH);
    const one = shown().one ?? {};
    change((servers) => delete servers.one);
    expect(text()).not.toContain("sk-real-123");
    expect(change((servers) => Object.assign(servers, { one }))).toMatchObject({ ok: true });
    expect(text()).toBe(RICH);
  });

  it("come back also when something else was changed in between, and after a replacement", () => {
    const { change, text, shown } = open({ mcpServers: { a: { command: "x", env: { API_KEY: "real" } } } });
    const { a } = shown();
    change((servers) => delete servers.a);
    change((servers) => Object.assign(servers, { b: { command: "y" } }));
    change((servers) => Object.assign(servers, { a }));
    expect(text()).toContain('"real"');
    change((servers) => Object.assign(servers, { a: { command: "other" } }));
    expect(text()).not.toContain('"real"');
    change((servers) => Object.assign(servers, { a }));
    expect(text()).toContain('"real"');
  });

  it("A43: that are not kept are refused: a mask is never written as a value", () => {
    const { change, editor, text } = open({ mcpServers: { a: { command: "x", args: ["1"] } } });
    const before = text();
    for (const masked of [
      { command: "y", env: { API_KEY: "••••••" } },
      { command: "y", args: ["--token=••••••"] },
      { url: "https://x.test/?key=••••••" },
      { command: "y", novel: { deep: ["••••••"] } },
      { command: "y", env: { "••••••": "x" } },
    ]) {
      expect(change((servers) => Object.assign(servers, { b: masked }))).toMatchObject({
        ok: false,
        fault: { code: "mask-without-value", hint: "Write the value itself." },
      });
      expect(editor.unmask("b", masked)).toMatchObject({ ok: false, fault: { code: "mask-without-value" } });
    }
    expect(change(({ a }) => Object.assign(a ?? {}, { cwd: "••••••" }))).toMatchObject({ ok: false });
    expect(text()).toBe(before);
  });

  it("are there for a test of an entry as it is shown", () => {
    const { editor, shown } = file();
    expect(editor.unmask("web", shown().web)).toEqual({ ok: true, value: REMOTE });
  });
});

describe("the file", () => {
  it("keeps who may read it, and a new one is the person's alone", () => {
    const { at, change } = open({ mcpServers: { a: { command: "x" } } });
    chmodSync(at, 0o640);
    change((servers) => Object.assign(servers, { b: { command: "y" } }));
    expect(statSync(at).mode & 0o777).toBe(0o640);
    const fresh = open(undefined);
    fresh.change((servers) => Object.assign(servers, { b: { command: "y" } }));
    expect(statSync(fresh.at).mode & 0o777).toBe(0o600);
  });

  it("that is a link into a folder of the person's own is read and written there, and stays a link", () => {
    const home = folder();
    const dotfiles = join(home, "dotfiles");
    mkdirSync(dotfiles, { mode: 0o700 });
    const real = join(dotfiles, "servers.json");
    writeFileSync(real, '{"mcpServers": {"a": {"command": "x"}}}', { mode: 0o600 });
    symlinkSync("dotfiles/servers.json", join(home, "servers.json"));
    const { at, change, shown } = open(undefined, join(home, "servers.json"));
    expect(shown()).toEqual({ a: { command: "x" } });
    expect(change((servers) => Object.assign(servers, { b: { command: "y" } }))).toMatchObject({ ok: true });
    expect(lstatSync(at).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(real, "utf8"))).toMatchObject({ mcpServers: { b: { command: "y" } } });
  });

  it("A29: that is a link which others could lead is refused, and so is one that leads nowhere", () => {
    const home = folder();
    const shared = join(home, "shared");
    mkdirSync(shared);
    chmodSync(shared, 0o777);
    writeFileSync(join(shared, "servers.json"), "{}", { mode: 0o600 });
    for (const target of ["shared/servers.json", "nowhere.json", "servers.json"]) {
      const at = join(home, "servers.json");
      rmSync(at, { force: true });
      symlinkSync(target, at);
      const { editor } = open(undefined, at);
      expect(editor.read(false), target).toMatchObject({ ok: false, fault: { code: "servers-unreadable" } });
      expect(editor.write({ mcpServers: { a: { command: "x" } } }), target).toMatchObject({ ok: false });
      expect(lstatSync(at).isSymbolicLink()).toBe(true);
    }
    const open2 = join(home, "open.json");
    writeFileSync(open2, "{}");
    chmodSync(open2, 0o666);
    rmSync(join(home, "servers.json"));
    symlinkSync("open.json", join(home, "servers.json"));
    expect(open(undefined, join(home, "servers.json")).editor.read(false)).toMatchObject({
      ok: false,
      fault: { message: expect.stringContaining("other users may write") },
    });
  });
});
