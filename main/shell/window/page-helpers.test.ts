/** What Electron leaves to its apps: the menu of a right click, and keys that enlarge the page. */
import { expect, it, vi } from "vitest";
import { contextMenu } from "../menu/context-menu.ts";
import { zoomLevel, zoomOf } from "./zoom-keys.ts";

const flags = { canCut: true, canCopy: true, canPaste: true, canSelectAll: true };
const nowhere = { isEditable: false, selectionText: "", editFlags: flags, linkURL: "" };
const shown = (place: Partial<typeof nowhere>) =>
  contextMenu(
    { ...nowhere, ...place },
    () => {},
    () => {},
  ).map((item) => item.role ?? item.label ?? "—");

it("a field can be cut, copied, pasted into and selected; text can be copied; nothing has no menu", () => {
  expect(shown({ isEditable: true })).toEqual(["cut", "copy", "paste", "—", "selectAll"]);
  expect(shown({ selectionText: "words" })).toEqual(["copy"]);
  expect(shown({ selectionText: " \n" })).toEqual([]);
  expect(shown({})).toEqual([]);
  const off = contextMenu(
    { ...nowhere, isEditable: true, editFlags: { ...flags, canPaste: false } },
    () => {},
    () => {},
  );
  expect(off.find(({ role }) => role === "paste")).toMatchObject({ enabled: false });
  for (const item of off) if (item.role !== undefined) expect(item.registerAccelerator).toBe(false);
});

it("a link is opened by the way that asks first, or copied; only web addresses are links", () => {
  const open = vi.fn();
  const copy = vi.fn();
  const menu = contextMenu({ ...nowhere, linkURL: "https://example.org/", selectionText: "example" }, open, copy);
  expect(menu.map((item) => item.role ?? item.label ?? "—")).toEqual(["Open Link…", "Copy Link", "—", "copy"]);
  for (const item of menu.slice(0, 2)) Reflect.apply(item.click ?? (() => {}), undefined, []);
  expect(open).toHaveBeenCalledWith("https://example.org/");
  expect(copy).toHaveBeenCalledWith("https://example.org/");
  for (const linkURL of ["file:///etc/passwd", "javascript:alert(1)", "signalbox-app://ui/"]) {
    expect(shown({ linkURL })).toEqual([]);
  }
});

const key = { type: "keyDown", code: "Equal", control: true, shift: true, alt: false, meta: false };
it.each([
  [{}, "linux", "in"],
  [{ code: "Minus" }, "win32", "out"],
  [{ code: "Numpad0" }, "linux", "reset"],
  [{}, "darwin", undefined],
  [{ shift: false }, "linux", undefined],
  [{ control: false }, "linux", undefined],
  [{ alt: true }, "linux", undefined],
  [{ type: "keyUp" }, "linux", undefined],
  [{ code: "KeyC" }, "linux", undefined],
  [{ code: "constructor" }, "linux", undefined],
] as const)("%j on %s: %s", (change, platform, zoom) => {
  expect(zoomOf({ ...key, ...change }, platform)).toBe(zoom);
});

it("zooming stays between a third and three times the size", () => {
  let level = 0;
  for (let times = 0; times < 50; times += 1) level = zoomLevel(level, "in");
  expect(1.2 ** level).toBeCloseTo(2.99, 1);
  for (let times = 0; times < 100; times += 1) level = zoomLevel(level, "out");
  expect(1.2 ** level).toBeCloseTo(0.33, 1);
  expect(zoomLevel(level, "reset")).toBe(0);
});
