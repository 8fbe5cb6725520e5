/** Proves that the window is made by Electron's security checklist. */
import { expect, it } from "vitest";
import { titleBarOverlay, windowOptions } from "./window-options.ts";

const look = { bounds: {}, theme: "dark", platform: "linux", preload: "/p/preload.cjs", icon: "/i.png" } as const;

it("checklist: isolation and sandbox on; Node, webview, insecure content and dropped files off", () => {
  expect(windowOptions(look).webPreferences).toEqual({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    plugins: false,
    safeDialogs: true,
    spellcheck: false,
    preload: "/p/preload.cjs",
  });
});

it("nothing flashes: hidden until painted, on the theme's own colour", () => {
  expect(windowOptions(look)).toMatchObject({ show: false, backgroundColor: "#0f1115" });
  expect(windowOptions({ ...look, theme: "light" })).toMatchObject({ backgroundColor: "#f6f7f9" });
  expect(windowOptions({ ...look, theme: "contrast" })).toMatchObject({ backgroundColor: "#000000" });
});

it("each platform keeps its own window buttons around the page's title bar", () => {
  expect(windowOptions({ ...look, platform: "darwin" })).toMatchObject({
    titleBarStyle: "hiddenInset",
    // Without it the page's bar begins under the window's buttons.
    titleBarOverlay: { height: 39 },
  });
  expect(windowOptions({ ...look, platform: "win32" })).toMatchObject({
    titleBarStyle: "hidden",
    titleBarOverlay: titleBarOverlay("dark"),
  });
});

it("a remembered place wins over the default size", () => {
  const bounds = { x: 5, y: 6, width: 700, height: 500 };
  expect(windowOptions({ ...look, bounds })).toMatchObject(bounds);
});
