/** Proves that `signalbox open` follows a link, follows nothing else, and tells strangers nothing. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { listen } from "../../test/support/listen.ts";
import { createGateway, type Gateway } from "../gateway/create-gateway.ts";
import { silentLog } from "../home/create-log.ts";
import { homeFolder, prepareHomeFolder } from "../home/home-folder.ts";
import { writePrivateFile } from "../home/private-file.ts";
import { ownerToken } from "../home/secrets.ts";
import { openLink } from "./open.ts";

let folder: string;
let errors: string[];
const opened: string[] = [];
const open = async (url: string) => opened.push(url) > 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-open-"));
  errors = [];
  opened.length = 0;
  vi.spyOn(console, "error").mockImplementation((text: string) => void errors.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe("with a gateway that runs", () => {
  let gateway: Gateway;
  beforeEach(async () => {
    const started = await createGateway({
      home: homeFolder(folder),
      port: 0,
      ui: null,
      startDaemon: false,
      log: silentLog(),
    });
    if (!started.ok) throw new Error(started.fault.message);
    gateway = started.value;
  });
  afterEach(() => gateway.dispose());

  it("A7: opens a private file, with no code in its name, that leads to exactly that session and call and signs in once", async () => {
    expect(await openLink("signalbox://session/a-1/call/c", { home: folder }, open)).toBe(0);
    const file = opened[0] ?? "";
    const text = readFileSync(file, "utf8");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    const address = /url=([^"]+)"/.exec(text)?.[1] ?? "";
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/session\/a-1\/call\/c#pair=\S{16,}$/);
    expect(text).not.toContain(gateway.token);
    const code = address.split("#pair=")[1] ?? "";
    expect(file).not.toContain(code);
    const pair = () => fetch(`${gateway.url}/pair`, { method: "POST", headers: { "x-pairing-code": code } });
    expect((await pair()).status).toBeLessThan(300);
    expect((await pair()).status).toBeGreaterThanOrEqual(400);
    expect(existsSync(file)).toBe(false);
  });

  it("a desktop window that runs follows it, and no browser opens", async () => {
    const followed: string[] = [];
    gateway.onOpen((path) => followed.push(path));
    expect(await openLink("signalbox://session/a-1/call/c", { home: folder }, open)).toBe(0);
    expect(followed).toEqual(["/session/a-1/call/c"]);
    expect(opened).toEqual([]);
  });

  it("prints the address where no browser can be opened", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    expect(await openLink("signalbox://session/a", { home: folder }, async () => false)).toBe(0);
    expect(log).toHaveBeenCalledWith(expect.stringMatching(/\/session\/a#pair=/));
  });
});

it.each([
  "signalbox://start/claude",
  "SIGNALBOX://session/a",
  "http://evil.test/",
  "session/a",
  "signalbox://session/a?x",
  "-h",
])("A15: %s is no link: wrong usage", async (link) => {
  expect(await openLink(link, { home: folder }, open)).toBe(2);
  expect(opened).toEqual([]);
});

it("without a gateway it says so", async () => {
  expect(await openLink("signalbox://session/a", { home: folder }, open)).toBe(1);
  expect(errors[0]).toContain("signalbox serve");
});

it("P4: a stranger on the old port is sent no token and opens nothing", async () => {
  const home = homeFolder(folder);
  prepareHomeFolder(home);
  const token = ownerToken(home);
  const seen: string[] = [];
  const stranger = createServer((request, response) => {
    seen.push(JSON.stringify([request.url, request.headers]));
    response.end('{"proof":"00","link_code":"x","digits":"1","expires_at":""}');
  });
  const url = await listen(stranger);
  writePrivateFile(home.gateway, JSON.stringify({ url, pid: 1 }));
  expect(await openLink("signalbox://session/a", { home: folder }, open)).toBe(1);
  stranger.close();
  expect(opened).toEqual([]);
  expect(seen.join()).not.toContain(token);
  expect(seen).toHaveLength(1);
});
