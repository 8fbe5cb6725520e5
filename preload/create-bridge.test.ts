/** Proves that the page gets named methods only, and hears everything once it listens. */
import { expect, it } from "vitest";
import { type BridgeIpc, createBridge } from "./create-bridge.ts";

function ipc() {
  const invoked: unknown[][] = [];
  const listeners = new Map<string, (event: unknown, ...args: unknown[]) => void>();
  const fake: BridgeIpc = {
    invoke: async (...args) => {
      invoked.push(args);
      return "answer";
    },
    on: (channel, listener) => listeners.set(channel, listener),
  };
  return { fake, invoked, tell: (channel: string, value: unknown) => listeners.get(channel)?.({}, value), listeners };
}

it("checklist: one frozen object, no channel to choose, nothing of Electron", () => {
  const bridge = createBridge(ipc().fake, "linux");
  expect(Object.isFrozen(bridge)).toBe(true);
  expect(Object.keys(bridge).sort()).toEqual([
    "changeSettings",
    "chooseFile",
    "chooseFolder",
    "connection",
    "onCommand",
    "onNavigate",
    "openExternal",
    "openInEditor",
    "platform",
    "sandboxed",
    "setTheme",
    "settings",
  ]);
});

it("each method asks on its own channel and passes its one argument on", async () => {
  const { fake, invoked } = ipc();
  const bridge = createBridge(fake, "darwin");
  expect(await bridge.chooseFolder()).toBe("answer");
  await bridge.openExternal("https://example.org");
  await bridge.changeSettings({ close_to_tray: false });
  expect(invoked).toEqual([
    ["host:choose-folder"],
    ["host:open-external", "https://example.org"],
    ["host:change-settings", { close_to_tray: false }],
  ]);
});

it("says once that the page listens, and gives every listener the path, never the event", () => {
  const { fake, invoked, tell, listeners } = ipc();
  const bridge = createBridge(fake, "win32");
  expect([...listeners.keys()]).toEqual(["host:navigate", "host:command"]);
  const seen: unknown[][] = [];
  const off = bridge.onNavigate((...args) => seen.push(args));
  bridge.onNavigate((...args) => seen.push(args));
  expect(invoked).toEqual([["host:ready"]]);
  tell("host:navigate", "/session/a");
  off();
  tell("host:navigate", "/session/b");
  expect(seen).toEqual([["/session/a"], ["/session/a"], ["/session/b"]]);
});

it("an unknown platform counts as Linux", () => {
  expect(createBridge(ipc().fake, "freebsd").platform).toBe("linux");
});
