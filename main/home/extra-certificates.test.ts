/** Behind a company's proxy agents, MCP servers and our own https keep the certificates that they need, in packages too. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import {
  certificatesOfWindows,
  expandWindows,
  HANDED_ON,
  handOn,
  knownCertificates,
  registryValue,
} from "./extra-certificates.ts";

const none = () => undefined;

it.each<[string, NodeJS.ProcessEnv, string | undefined, string | undefined]>([
  ["the variable itself", { NODE_EXTRA_CA_CERTS: "/a", [HANDED_ON]: "/b" }, undefined, "/a"],
  ["what was handed on", { [HANDED_ON]: "/b" }, "NODE_EXTRA_CA_CERTS=/c\0", "/b"],
  ["what the process was started with", {}, "A=1\0NODE_EXTRA_CA_CERTS=/c=d\0B=2\0", "/c=d"],
  ["nothing that merely ends like it", {}, "MY_NODE_EXTRA_CA_CERTS=/c\0", undefined],
  ["nothing that is empty", { NODE_EXTRA_CA_CERTS: "" }, "NODE_EXTRA_CA_CERTS=\0", undefined],
])("%s counts", (_what, env, started, found) => {
  expect(knownCertificates(env, () => started)).toBe(found);
});

it("another process of ours is told under a name that Electron leaves alone, and only inside of Electron", () => {
  expect(handOn({ NODE_EXTRA_CA_CERTS: "/a" }, true, none)).toEqual({ [HANDED_ON]: "/a" });
  expect(handOn({}, true, none)).toEqual({});
  expect(handOn({ NODE_EXTRA_CA_CERTS: "/a" }, false, none)).toEqual({});
});

it.skipIf(process.platform !== "linux")("on Linux it is found again after the process has removed it", () => {
  const script = `delete process.env.NODE_EXTRA_CA_CERTS;
    const { knownCertificates } = await import(${JSON.stringify(new URL("./extra-certificates.ts", import.meta.url).href)});
    process.stdout.write(String(knownCertificates(process.env)));`;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: "/corp/root.pem", NODE_NO_WARNINGS: "1" };
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { env, encoding: "utf8" });
  expect(child.stdout).toBe("/corp/root.pem");
});

describe("on Windows, where a shell cannot be asked, the registry is", () => {
  const printed = (key: string, type: string, value: string) =>
    `\r\n${key}\r\n    NODE_EXTRA_CA_CERTS    ${type}    ${value}\r\n\r\n`;
  const env = { SystemRoot: "C:\\Windows", UserProfile: "C:\\Users\\p" };
  const answers = (replies: (string | undefined)[], asked: string[][] = []) => ({
    asked,
    ask: async (program: string, args: readonly string[]) => {
      asked.push([program, ...args]);
      const reply = replies.shift();
      return reply === undefined ? undefined : Buffer.from(reply, "latin1");
    },
  });

  it("the person's own value comes before the machine's, with its variables filled in", async () => {
    const { ask, asked } = answers([
      printed("HKEY_CURRENT_USER\\Environment", "REG_EXPAND_SZ", "%USERPROFILE%\\My CA.pem"),
    ]);
    expect(await certificatesOfWindows(env, ask)).toBe("C:\\Users\\p\\My CA.pem");
    expect(asked).toHaveLength(1);
    expect(asked[0]?.slice(1)).toEqual(["query", "HKCU\\Environment", "/v", "NODE_EXTRA_CA_CERTS"]);
    expect(asked[0]?.[0]).toMatch(/^C:\\Windows.System32.reg\.exe$/);
  });

  it("then the machine's; without either, and without `reg`, nothing", async () => {
    const { ask } = answers([undefined, printed("HKEY_LOCAL_MACHINE", "REG_SZ", "C:\\corp.pem")]);
    expect(await certificatesOfWindows(env, ask)).toBe("C:\\corp.pem");
    expect(await certificatesOfWindows(env, answers([]).ask)).toBeUndefined();
  });

  it("a path with letters of its own comes whole, though the console's code page garbles it", async () => {
    const path = "C:\\Users\\Jürgen Żak\\ca.pem";
    const { ask, asked } = answers([
      printed("HKEY_CURRENT_USER", "REG_SZ", "C:\\Users\\J\x81rgen ?ak\\ca.pem"),
      `${Buffer.from(path).toString("base64")}\r\n`,
    ]);
    expect(await certificatesOfWindows(env, ask)).toBe(path);
    expect(asked[1]?.at(-1)).toContain("'NODE_EXTRA_CA_CERTS','User'");
  });

  it("reads nothing else", () => {
    expect(registryValue("ERROR: The system was unable to find the specified registry key or value.")).toBeUndefined();
    expect(registryValue(printed("K", "REG_DWORD", "0x1"))).toBeUndefined();
    expect(expandWindows("%NOWHERE%\\a 100%", {})).toBe("%NOWHERE%\\a 100%");
  });
});
