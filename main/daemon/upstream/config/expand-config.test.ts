/** References in servers.json are replaced as the tools replace them that wrote them, or keep their server from starting. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, sep } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { expandConfig, secretValues } from "./expand-config.ts";
import { askHeadersHelper } from "./headers-helper.ts";

const folder = mkdtempSync(join(tmpdir(), "signalbox-expand-"));
afterAll(() => rmSync(folder, { recursive: true }));

const from = {
  env: { TOKEN: "t0ken-value", EMPTY: "", HOME: "/home/me", PATH: process.env.PATH },
  secret: (name: string) => (name === "KEY" || name === "given" ? "s3cret-value" : undefined),
  input: (id: string) =>
    id === "asked" ? { description: "A token" } : id === "defaulted" ? { default: "d" } : undefined,
  folder,
};
const ref = (inside: string) => `\${${inside}}`;
const header = (authorization: string) => expandConfig({ url: "https://x.test", headers: { authorization } }, from);
const argument = (text: string) => {
  const expanded = expandConfig({ command: "x", args: [text] }, from);
  return expanded.ok && "command" in expanded.value
    ? expanded.value.args?.[0]
    : `not started: ${expanded.ok || expanded.reason}`;
};

describe("references", () => {
  it.each<[string, string]>([
    [ref("TOKEN"), "t0ken-value"],
    [ref("env:TOKEN"), "t0ken-value"],
    ["{env:TOKEN}", "t0ken-value"],
    [ref("EMPTY:-none"), "none"],
    [ref("env:NOPE:-none"), "none"],
    [ref("NO:-"), ""],
    [ref(`NO:-${ref("TOKEN")}`), "t0ken-value"],
    [ref(`NO:-${ref(`NO:-${ref(`NO:-${ref("TOKEN")}`)}`)}`), "t0ken-value"],
    [`${ref(`NO:-${ref("NO:-a")}b`)}c`, "abc"],
    [ref("input:nobody:-none"), "none"],
    [`{"a":"${ref("TOKEN")}"}`, '{"a":"t0ken-value"}'],
    [`\${${ref("TOKEN")}`, "${t0ken-value"],
    [ref("X:+given"), ref("X:+given")],
    [ref("secret:KEY"), "s3cret-value"],
    [ref("input:given"), "s3cret-value"],
    [ref("input:defaulted"), "d"],
    [ref("HOME"), "/home/me"],
    [ref("userHome"), homedir()],
    [ref("workspaceFolder"), folder],
    [`${ref("workspaceFolder")}${ref("pathSeparator")}x${ref("/")}y`, `${folder}${sep}x${sep}y`],
    [ref("workspaceFolderBasename"), folder.split(sep).at(-1) ?? ""],
    // A shell's own business, and no reference of ours.
    ["$TOKEN", "$TOKEN"],
    [ref("X%suffix"), ref("X%suffix")],
    ["{not: one}", "{not: one}"],
  ])("%s is %s", (written, value) => expect(argument(written)).toBe(value));

  it.each<[string, string]>([
    [ref("NOPE"), "the variable NOPE is not set"],
    [ref("env:NOPE"), "the variable NOPE is not set"],
    ["{env:NOPE}", "the variable NOPE is not set"],
    [ref("secret:NOPE"), "there is no secret NOPE"],
    [ref("input:asked"), "the input asked (A token) has not been given"],
    [ref("command:pick"), `${ref("command:pick")} is not understood`],
    [ref("config:a.b"), `${ref("config:a.b")} is not understood`],
    [ref("ENV:TOKEN"), `${ref("ENV:TOKEN")} is not understood`],
    [ref("NO:=a"), `${ref("NO:=a")} is not understood`],
    [ref("NO:?a"), `${ref("NO:?a")} is not understood`],
    [ref("TOKEN:+a"), `${ref("TOKEN:+a")} is not understood`],
    [ref(`NO:-${ref("NOPE")}`), "the variable NOPE is not set"],
    ["{file:/nowhere/at/all}", "the file /nowhere/at/all cannot be read"],
    ["$NOPE", "the variable NOPE is not set"],
    ["Bearer $NOPE", "the variable NOPE is not set"],
  ])("%s keeps the server from starting with half of its credentials", (written, reason) => {
    expect(header(written)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });

  it("in headers and variables may be written as Gemini CLI does", () => {
    expect(header("Bearer $TOKEN")).toMatchObject({
      ok: true,
      value: { headers: { authorization: "Bearer t0ken-value" } },
    });
    expect(header("pa$$word $x")).toMatchObject({ ok: true, value: { headers: { authorization: "pa$$word $x" } } });
  });

  it("may be the whole of an address, which is looked at then", () => {
    const address = (url: string) => expandConfig({ url }, { ...from, env: { BASE: "https://b.test", BAD: "b.test" } });
    expect(address(`${ref("BASE")}/mcp`)).toMatchObject({ ok: true, value: { url: "https://b.test/mcp" } });
    expect(address(`${ref("NO:-https://d.test")}/mcp`)).toMatchObject({
      ok: true,
      value: { url: "https://d.test/mcp" },
    });
    expect(address(`${ref("BAD")}/mcp`)).toMatchObject({
      ok: false,
      reason: expect.stringContaining("must begin with http"),
    });
  });

  it("A7: make their values secrets, which nothing that is recorded may hold; a folder is none", () => {
    const config = {
      command: "x",
      args: [
        "--api-key",
        "an-argument",
        "postgres://u:a-password@h/d",
        "--password",
        "swordfish",
        "--token=opensesame",
      ],
      env: { PLAIN: "plain", FROM: ref("TOKEN"), API_KEY: "written-down", WHERE: ref("HOME"), PGPASSWORD: "pg-pass" },
    };
    const values = secretValues(config, from);
    for (const secret of [
      "t0ken-value",
      "written-down",
      "an-argument",
      "u:a-password",
      "pg-pass",
      "swordfish",
      "opensesame",
    ]) {
      expect(
        values.some((value) => secret.endsWith(value) || value === secret),
        secret,
      ).toBe(true);
    }
    // A word that stands in every second line would be blotted out of all of them.
    const ordinary = { url: "https://x.test", headers: { "X-Team": "platform", "X-Env": "production-2" } };
    expect(secretValues(ordinary, from)).toEqual([]);
    const folders = { command: "x", args: [ref("PROJECT")], env: { DIR: ref("PROJECT"), CACHE_KEY: "workspace" } };
    expect(secretValues(folders, { ...from, env: { PROJECT: "/home/me/project" } })).toEqual([]);
    expect(values).not.toContain("/home/me");
    expect(values).not.toContain("plain");
    expect(secretValues({ ...config, args: [ref("NOPE")] }, from)).toContain("written-down");
  });
});

describe("what is started", () => {
  it("has ~ in its command, its folder and its file of variables replaced, in arguments never", () => {
    expect(expandConfig({ command: "~/bin/x", args: ["~/y"], cwd: "~" }, from)).toMatchObject({
      value: { command: join(homedir(), "bin/x"), args: ["~/y"], cwd: homedir() },
    });
  });

  it("is the program of a whole command line, but a path with a space in it stays one", () => {
    expect(expandConfig({ command: "npx -y 'a b'", args: ["c"] }, from)).toMatchObject({
      value: { command: "npx", args: ["-y", "a b", "c"] },
    });
    mkdirSync(join(folder, "my tools"));
    const program = join(folder, "my tools", "run");
    writeFileSync(program, "");
    expect(expandConfig({ command: program }, from)).toMatchObject({ value: { command: program } });
    for (const elsewhere of [
      "C:\\Program Files\\nodejs\\node.exe",
      "C:/Program Files/run.exe",
      "\\\\host\\a b\\run.exe",
    ]) {
      expect(expandConfig({ command: elsewhere }, from)).toMatchObject({ value: { command: elsewhere } });
    }
    expect(expandConfig({ command: "/no where/run" }, from)).toMatchObject({ value: { command: "/no where/run" } });
  });

  it("is given the variables of its file, before which its own win; without the file it is not started", () => {
    writeFileSync(join(folder, ".env"), "A=from-file\nB='quoted value' # why\nexport API_KEY=\"in-the-file\"\n");
    const config = { command: "x", env: { A: "own" }, envFile: `${ref("workspaceFolder")}/.env` };
    const expanded = expandConfig(config, from);
    expect(expanded).toMatchObject({ value: { env: { A: "own", B: "quoted value", API_KEY: "in-the-file" } } });
    expect(expanded.ok && expanded.secrets).toContain("in-the-file");
    // As editors and shells of Windows write it.
    writeFileSync(join(folder, "windows.env"), "\uFEFFB=marked\r\nC=last\r\n");
    expect(expandConfig({ command: "x", envFile: "windows.env" }, from)).toMatchObject({
      value: { env: { B: "marked", C: "last" } },
    });
    writeFileSync(join(folder, "utf16.env"), "\uFEFFB=wide\r\n", "utf16le");
    expect(expandConfig({ command: "x", envFile: "utf16.env" }, from)).toMatchObject({
      reason: `its envFile ${join(folder, "utf16.env")} cannot be read: it is written in UTF-16: save it as UTF-8`,
    });
    expect(expandConfig({ ...config, envFile: "gone.env" }, from)).toMatchObject({
      ok: false,
      reason: `its envFile ${join(folder, "gone.env")} cannot be read`,
    });
  });

  it("is asked with a user and password of its address as a header, and neither in the address", () => {
    expect(expandConfig({ url: "https://me:p%40ss@x.test/mcp" }, from)).toMatchObject({
      value: { url: "https://x.test/mcp", headers: { Authorization: `Basic ${btoa("me:p@ss")}` } },
    });
  });
});

describe("a helper for headers", () => {
  const where = { cwd: folder, env: { ...process.env, SIGNALBOX_SECRET: "x" } };
  const ask = (script: string) => {
    const path = join(folder, "helper.mjs");
    writeFileSync(path, script);
    chmodSync(path, 0o700);
    return askHeadersHelper(`${process.execPath} ${path}`, { name: "web", url: "https://x.test" }, where);
  };

  it("is told for which server, and gives headers as JSON", async () => {
    const script = `console.log(JSON.stringify({ Authorization: process.env.CLAUDE_CODE_MCP_SERVER_NAME + " " + process.env.SIGNALBOX_SECRET }))`;
    expect(await ask(script)).toEqual({ ok: true, headers: { Authorization: "web undefined" } });
  });

  it.each([
    ["console.log('Bearer x')", /its output is no JSON object of texts/],
    ["console.log('{\"a\": 1}')", /its output is no JSON object of texts/],
    ["process.exit(3)", /it ended with 3/],
  ])("that does not is a reason: %s", async (script, reason) => {
    expect(await ask(script)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
  });
});
