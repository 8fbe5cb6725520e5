/** Proves what a person in a browser is asked before a link is opened: its real target, or that it is not opened. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createBrowserHost } from "./browser-host.ts";

const asked: string[] = [];
const told: string[] = [];
const opened: string[] = [];
beforeEach(() => {
  vi.stubGlobal("navigator", { userAgent: "X11; Linux" });
  vi.stubGlobal("window", {
    confirm: (text: string) => asked.push(text) > 0,
    alert: (text: string) => told.push(text),
    open: (url: string) => opened.push(url),
  });
});
afterEach(() => {
  for (const list of [asked, told, opened]) list.length = 0;
  vi.unstubAllGlobals();
});
const open = (address: string) => createBrowserHost().openExternal(address);

it.each([
  ["https://example.org/a", "example.org", "https://example.org/a"],
  ["https://pаypal.com/", "xn--pypal-4ve.com", "https://xn--pypal-4ve.com/"],
  ["https://example.org/\u202egpj.exe", "example.org", "https://example.org/%E2%80%AEgpj.exe"],
  ["HTTPS://EXAMPLE.ORG:8443", "example.org:8443", "https://example.org:8443/"],
  ["https://0x7f.1/", "127.0.0.1", "https://127.0.0.1/"],
])(
  "A17: before %s is opened, the question names %s, and that very address is opened",
  async (address, host, target) => {
    await open(address);
    expect(asked).toEqual([`Open ${host} in a new tab?\n\n${target}`]);
    expect(opened).toEqual([target]);
  },
);

it.each([
  "https://accounts.example.org%2Fsignin@evil.test/x",
  "https://user:secret@example.org/",
  "javascript:alert(1)",
  "file:///etc/passwd",
  "//evil.test",
  "https://",
])("A17: %s is not opened, and the reason is said", async (address) => {
  await open(address);
  expect([asked, opened]).toEqual([[], []]);
  expect(told).toEqual([expect.stringMatching(/^This link was not opened\.\n\n\S/)]);
});
