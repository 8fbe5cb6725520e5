/** Programs are found and started on Windows as its own terminals do it, and no argument becomes a command. */
import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findShell } from "./detect-agents.ts";
import { findProgram } from "./find-program.ts";
import { variable, variableName } from "./variable.ts";
import { interpreter, windowsCommand } from "./windows-command.ts";

const NPM = "C:\\Users\\p\\AppData\\Roaming\\npm";
const SYSTEM = "C:\\Windows\\System32";
const files = [
  `${NPM}\\claude`,
  `${NPM}\\claude.cmd`,
  `${NPM}\\claude.ps1`,
  `${SYSTEM}\\cmd.exe`,
  `${SYSTEM}\\WindowsPowerShell\\v1.0\\powershell.exe`,
  "C:\\Program Files\\Git\\cmd\\git.exe",
  "C:\\work\\tool.bat",
  "C:\\work\\my.tool.exe",
];
/** Windows compares names without regard to case. */
const there = (path: string) => files.some((file) => file.toLowerCase() === path.toLowerCase());
const windows = { platform: "win32", isExecutable: there } as const;
const env = {
  Path: `"C:\\Program Files\\Git\\cmd";${NPM};${SYSTEM};${SYSTEM}\\WindowsPowerShell\\v1.0\\`,
  PATHEXT: ".COM;.EXE;.BAT;.CMD",
  ComSpec: `${SYSTEM}\\cmd.exe`,
};

describe("findProgram on Windows", () => {
  it.each([
    ["an agent of npm is its shim, not the Unix script beside it", "claude", `${NPM}\\claude.cmd`],
    ["the name in capitals, with its ending", "CLAUDE.CMD", `${NPM}\\CLAUDE.CMD`],
    ["a folder in quotes", "git", "C:\\Program Files\\Git\\cmd\\git.exe"],
    ["a path with backslashes, relative to the folder", ".\\tool", "C:\\work\\tool.bat"],
    ["a path with slashes", "C:/work/tool.bat", "C:\\work\\tool.bat"],
    ["a name with a dot that is no ending", "my.tool", undefined],
    ["a path with a dot that is no ending", "C:\\work\\my.tool", "C:\\work\\my.tool.exe"],
    ["a Unix script by its path", `${NPM}\\claude.sh`, undefined],
    ["a name that is nowhere", "nothing", undefined],
    ["no name", "", undefined],
  ])("%s", (_what, name, path) => {
    expect(findProgram(name, env, "C:\\work", windows)).toBe(path);
  });

  it("neither the folder of the session nor one without a drive is searched", () => {
    const nowhere = { ...env, Path: ".;;\\work;work" };
    expect(findProgram("tool", nowhere, "C:\\work", windows)).toBeUndefined();
  });
});

it("the shell is PowerShell, the newer one first, else the command interpreter; Git Bash's SHELL is not a path there", () => {
  const bash = { ...env, SHELL: "/usr/bin/bash" };
  expect(findShell(bash, windows)).toBe(`${SYSTEM}\\WindowsPowerShell\\v1.0\\powershell.exe`);
  const newer = {
    platform: "win32",
    isExecutable: (path: string) => path === `${NPM}\\pwsh.exe` || there(path),
  } as const;
  expect(findShell(bash, newer)).toBe(`${NPM}\\pwsh.exe`);
  expect(findShell({ ...bash, Path: "" }, windows)).toBe(`${SYSTEM}\\cmd.exe`);
  expect(interpreter({ COMSPEC: "C:\\tools\\tcc.exe" })).toBe("cmd.exe");
});

it("a variable is found by its name whatever its case on Windows, and exactly elsewhere", () => {
  expect(variable(env, "PATH", "win32")).toBe(env.Path);
  expect(variable(env, "PATH", "linux")).toBeUndefined();
  expect(variableName(env, "PATH", "win32")).toBe("Path");
  expect(variableName({ PATH: "a", Path: "b" }, "PATH", "win32")).toBe("PATH");
});

describe("windowsCommand", () => {
  const shim = () => '@"%~dp0\\node_modules\\claude\\cli.js" %*';

  it("a program runs as it is, a batch file in the interpreter, a script in PowerShell", () => {
    expect(windowsCommand("C:\\a\\git.exe", ["a b", '"'], env)).toEqual({ file: "C:\\a\\git.exe", args: ["a b", '"'] });
    expect(windowsCommand("C:\\a\\t.bat", ["x"], env, () => "echo %1")).toEqual({
      file: env.ComSpec,
      args: '/d /s /c "C:\\a\\t.bat ^"x^""',
    });
    expect(windowsCommand("C:\\a\\t.ps1", ["x"], env)).toEqual({
      file: "powershell.exe",
      args: ["-NoLogo", "-File", "C:\\a\\t.ps1", "x"],
    });
  });

  it("nothing in an argument is read as a command, also where the batch file hands its arguments on", () => {
    const line = String(windowsCommand("C:\\a b\\claude.cmd", ['" & calc & "', "%PATH%"], env, shim).args);
    const inner = line.slice('/d /s /c "'.length, -1);
    // Every character that the interpreter reads stands behind a caret, twice: once for each reading.
    const once = inner.replace(/\^(.)/g, (_all, next: string) => `<${next}>`);
    expect(once).not.toMatch(/(?<!<)[&|"%](?!>)/);
    expect(inner).toContain("^^^&");
  });

  it("quotes as cross-spawn does for processes without a terminal", () => {
    const { argument } = createRequire(import.meta.url)("cross-spawn/lib/util/escape.js") as {
      argument(text: string, twice: boolean): string;
    };
    const word = fc.string({ unit: fc.constantFrom("\\", '"', " ", "%", "^", "&", "a", "é", "!", "(") });
    fc.assert(
      fc.property(word, fc.boolean(), (text, twice) => {
        const line = windowsCommand("t.cmd", [text], env, () => (twice ? "%*" : "")).args;
        expect(line).toBe(`/d /s /c "t.cmd ${argument(text, twice)}"`);
      }),
    );
  });
});
