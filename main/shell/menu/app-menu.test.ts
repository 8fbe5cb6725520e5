/** Proves that the menus leave the terminal its keys. */
import type { MenuItemConstructorOptions } from "electron";
import { expect, it } from "vitest";
import type { ShellAction } from "../shell-action.ts";
import { appMenu } from "./app-menu.ts";

function items(menu: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return menu.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? items(item.submenu) : [])]);
}

it.each(["linux", "win32"] as const)(
  "%s: no menu key is taken from what a program in the terminal needs",
  (platform) => {
    for (const item of items(appMenu(platform, () => {}))) {
      if (item.accelerator !== undefined) expect(item.registerAccelerator, String(item.accelerator)).toBe(false);
      if (item.role === "reload" || item.role === "forceReload" || item.role === "close")
        expect.fail(String(item.role));
    }
  },
);

it("macOS: the app's own menu first, ⌘ only, and Quit asks instead of ending", () => {
  const actions: ShellAction[] = [];
  const menu = appMenu("darwin", (action) => actions.push(action));
  expect(menu[0]?.label).toBe("Signalbox");
  const all = items(menu);
  for (const { accelerator } of all)
    if (accelerator !== undefined && accelerator !== null) expect(accelerator).toMatch(/^Command\+/);
  expect(all.some(({ role }) => role === "quit")).toBe(false);
  const quit = all.find(({ label }) => label === "Quit Signalbox");
  Reflect.apply(quit?.click ?? (() => {}), undefined, []);
  expect(actions).toEqual([{ do: "quit" }]);
});

it("macOS: what is typed can be undone, redone and deleted, which fields leave to the menu there", () => {
  const roles = items(appMenu("darwin", () => {})).map(({ role }) => role);
  expect(roles).toEqual(expect.arrayContaining(["undo", "redo", "cut", "copy", "paste", "delete", "selectAll"]));
  expect(items(appMenu("linux", () => {})).map(({ role }) => role)).not.toContain("undo");
});
