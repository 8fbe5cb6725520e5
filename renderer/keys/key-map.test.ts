import { expect, it } from "vitest";
import { COMMANDS } from "./commands.ts";
import { isAllowed, type KeyPress, keyMap, keyName, keysOf, sessionNumber, showKey } from "./key-map.ts";

const press = (change: Partial<KeyPress>): KeyPress => ({
  key: "",
  code: "",
  ctrlKey: false,
  shiftKey: false,
  altKey: false,
  metaKey: false,
  ...change,
});

it("leaves to the terminal every key that a program in it may need", () => {
  for (const key of ["escape", "ctrl+c", "ctrl+r", "ctrl+p", "alt+b", "shift+enter", "tab", "f5", "ctrl+enter", "a"]) {
    expect(isAllowed(key), key).toBe(false);
  }
  expect(keyMap("linux", { palette: "ctrl+c" }).get("ctrl+c")).toBeUndefined();
});

it("gives every default key to one command only, on each platform", () => {
  for (const platform of ["linux", "win32", "darwin"] as const) {
    const all = COMMANDS.flatMap(({ id }) => keysOf(id, platform, {}));
    expect(keyMap(platform, {}).size).toBe(all.length);
  }
});

it("finds the palette whatever the keyboard's layout", () => {
  const map = keyMap("linux", {});
  const shifted = { ctrlKey: true, shiftKey: true, code: "KeyP" };
  expect(map.get(keyName(press({ ...shifted, key: "P" })))).toBe("palette");
  expect(map.get(keyName(press({ ...shifted, key: "З" })))).toBe("palette");
  expect(map.get(keyName(press({ key: "F1", code: "F1" })))).toBe("palette");
  // Dvorak: the key that prints L stands where P is.
  expect(map.get(keyName(press({ ...shifted, key: "L" })))).toBeUndefined();
});

it("copies with the key that terminals have for it, and leaves ⌃⇧C and ⌘C of a Mac alone", () => {
  expect(keyMap("linux", {}).get("ctrl+shift+c")).toBe("copy-selection");
  expect(keyMap("win32", {}).get("ctrl+shift+c")).toBe("copy-selection");
  expect([...keyMap("darwin", {}).values()]).not.toContain("copy-selection");
});

it("enlarges with the plus of any keyboard, by a key that no program gets", () => {
  const map = keyMap("linux", {});
  expect(map.get(keyName(press({ key: "=", code: "Equal", ctrlKey: true })))).toBe("zoom-in");
  expect(map.get(keyName(press({ key: "+", code: "BracketRight", ctrlKey: true })))).toBe("zoom-in");
  expect(map.get(keyName(press({ key: "-", code: "Minus", ctrlKey: true })))).toBe("zoom-out");
  expect(keyMap("darwin", {}).get("meta+0")).toBe("zoom-reset");
  expect(showKey("ctrl+=", "linux")).toBe("Ctrl +");
});

it("takes a person's own key instead of the default, and an empty one for none", () => {
  const map = keyMap("linux", { palette: "ctrl+alt+k", find: "" });
  expect(map.get("ctrl+alt+k")).toBe("palette");
  expect(map.get("f1")).toBeUndefined();
  expect([...map.values()]).not.toContain("find");
});

it("numbers sessions by Alt on Linux and Command on macOS", () => {
  expect(sessionNumber(press({ key: "3", code: "Digit3", altKey: true }), "linux")).toBe(3);
  expect(sessionNumber(press({ key: "™", code: "Digit2", metaKey: true }), "darwin")).toBe(2);
  expect(sessionNumber(press({ key: "3", code: "Digit3" }), "linux")).toBeUndefined();
});

it("shows keys as they are printed on each platform's keyboards", () => {
  expect(showKey("ctrl+shift+p", "linux")).toBe("Ctrl ⇧ P");
  expect(showKey("shift+meta+p", "darwin")).toBe("⇧⌘P");
});
