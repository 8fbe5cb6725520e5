/** Proves that the app's page stays in its room: Electron's security checklist, senders, navigation, addresses opened outside. */
import { createServer } from "node:http";
import { SECURE_PREFERENCES } from "../../main/shell/window/window-options.ts";
import { IPC_BINDING } from "../support/electron-double/preload-script.ts";
import { listen } from "../support/listen.ts";
import { DoubleDesktop } from "./double-desktop.ts";
import { expect, test } from "./launch.ts";
import { ask, startShell } from "./work.ts";

test("checklist: the live window is isolated, sandboxed and without Node, and has one frozen object of methods", async ({
  launch,
}) => {
  const desktop = await launch();
  const page = await desktop.page();
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
  expect(await desktop.preferences()).toMatchObject(SECURE_PREFERENCES);
  const world = await page.evaluate(() => ({
    globals: ["require", "process", "module", "Buffer", "electron", "ipcRenderer"].filter((name) => name in window),
    frozen: Object.isFrozen(window.signalbox),
    members: Object.entries(window.signalbox ?? {}).map(([name, value]) => `${name}:${typeof value}`),
  }));
  expect(world.globals).toEqual([]);
  expect(world.frozen).toBe(true);
  expect(world.members.sort()).toEqual([
    "changeSettings:function",
    "chooseFile:function",
    "chooseFolder:function",
    "connection:function",
    "onCommand:function",
    "onNavigate:function",
    "openExternal:function",
    "openInEditor:function",
    "platform:string",
    "sandboxed:function",
    "setTheme:function",
    "settings:function",
  ]);
});

test("checklist: the page's policy lets no other script run and reaches no other host", async ({ launch }) => {
  const desktop = await launch();
  const page = await desktop.page();
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
  const outcome = await page.evaluate(async () => {
    const blocked = new Set<string>();
    const three = new Promise<void>((resolve) => {
      document.addEventListener("securitypolicyviolation", (event) => {
        blocked.add(event.effectiveDirective);
        if (blocked.size === 3) resolve();
      });
    });
    const script = document.createElement("script");
    script.textContent = "window.injected = true";
    document.body.append(script);
    const fetched = await fetch("https://example.org/").then(
      () => "reached",
      () => "refused",
    );
    const frame = document.createElement("iframe");
    frame.src = "https://example.org/";
    document.body.append(frame);
    await three;
    return { injected: "injected" in window, fetched, blocked: [...blocked] };
  });
  expect(outcome.injected).toBe(false);
  expect(outcome.fetched).toBe("refused");
  expect(outcome.blocked).toEqual(expect.arrayContaining(["script-src-elem", "connect-src", "frame-src"]));
});

test("A21: the page cannot leave its origin, open windows, or show what is dropped on it", async ({ launch }) => {
  const desktop = await launch();
  const page = await desktop.page();
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
  const home = new URL(page.url()).origin;
  for (const address of ["https://example.org/", "/api/v1/health", "file:///etc/passwd", "data:text/html,x"]) {
    await page.evaluate((target) => {
      const link = document.createElement("a");
      link.href = target;
      document.body.append(link);
      link.click();
    }, address);
    // Two frames: a navigation that was allowed would have begun.
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(undefined)))),
    );
    expect(page.url(), address).toMatch(new RegExp(`^${home}/`));
    expect(page.url()).not.toContain("/api/");
  }
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();

  await desktop.answer("Cancel");
  expect(await page.evaluate(() => window.open("https://example.org/window") === null || true)).toBe(true);
  await expect.poll(async () => (await desktop.questions()).length).toBe(1);
  await expect.poll(() => page.context().pages().length).toBe(1);
  expect(await desktop.openedOutside()).toEqual([]);
});

test("A21: exactly a preview's page stands in a frame, and the browser is let into what is opened of it", async ({
  launch,
}) => {
  const desktop = await launch();
  const page = await desktop.page();
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end('<h1>A preview</h1><a href="https://example.org/">leave</a>');
  });
  const port = Number(new URL(await listen(server)).port);
  try {
    const id = await startShell(desktop, "serves", "exec cat");
    await ask(desktop, `/api/v1/sessions/${id}/previews`, { port });
    await ask(desktop, "/api/v1/open", { path: `/session/${id}/preview/${port}` });
    const frame = page.frameLocator('iframe[title^="Page of"]');
    await expect(frame.getByRole("heading", { name: "A preview" })).toBeVisible();
    const blocked = page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
        }),
    );
    await frame.getByRole("link", { name: "leave" }).click();
    // The guard denies it first; where a page has no guard, its policy does.
    await Promise.race([
      blocked,
      page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))),
    ]);
    expect(page.frames().map((each) => new URL(each.url(), "http://none").hostname)).not.toContain("example.org");
    await desktop.answer("Open");
    await page.getByRole("button", { name: "Open the preview in the browser" }).click();
    await expect
      .poll(async () => (await desktop.openedOutside())[0])
      .toMatch(new RegExp(`^http://s-${id}-${port}\\.localhost:\\d+/\\.signalbox/enter\\?grant=`));
    expect((await desktop.questions()).at(-1)?.detail).not.toContain("grant");
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("A17: only web addresses are opened outside, and only after the person saw the real one", async ({ launch }) => {
  const desktop = await launch();
  const page = await desktop.page();
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
  const open = (url: string) => page.evaluate((target) => window.signalbox?.openExternal(target), url);
  await desktop.answer("Cancel");
  await open("https://gооgle.com/login");
  expect(await desktop.openedOutside()).toEqual([]);
  expect((await desktop.questions()).at(-1)).toMatchObject({
    message: "Open xn--ggle-55da.com in your browser?",
    detail: "https://xn--ggle-55da.com/login",
  });
  for (const url of ["file:///etc/passwd", "javascript:alert(1)", "\\\\server\\share", "https://u:p@example.org/"]) {
    await desktop.answer("OK");
    await open(url);
  }
  expect(await desktop.openedOutside()).toEqual([]);
  await desktop.answer("Open");
  await open("https://example.org/docs");
  await expect.poll(() => desktop.openedOutside()).toEqual(["https://example.org/docs"]);
});

test("A17: the page names an editor and a file to be opened, and can name nothing else", async ({ launch }) => {
  const desktop = await launch();
  const page = await desktop.page();
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
  const open = (request: object) =>
    page.evaluate(
      (asked) =>
        window.signalbox?.openInEditor(asked as Parameters<typeof window.signalbox.openInEditor>[0]).then(
          () => "opened",
          () => "refused",
        ),
      request,
    );
  for (const request of [
    { editor: "file", path: "/etc/passwd" },
    { editor: "javascript", path: "/x" },
    { editor: "vscode", path: "//server/share" },
    { editor: "vscode", path: "a.ts" },
    { editor: "vscode", path: "/a\n" },
    {},
  ])
    expect(await open(request)).toBe("refused");
  expect(await desktop.openedOutside()).toEqual([]);
  expect(await open({ editor: "vscode", path: "/src/a b.ts", line: 3 })).toBe("opened");
  await expect.poll(() => desktop.openedOutside()).toEqual(["vscode://file/src/a%20b.ts:3"]);
});

test("A20: a frame inside the page gets no answer, although it has the page's origin", async ({ launch }, info) => {
  test.skip(info.project.name === "electron", "Electron gives a frame no way to ask; the double does");
  const desktop = await launch();
  const page = await desktop.page();
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
  const direct = await page.evaluate(() => window.signalbox?.connection());
  expect(direct?.token).toBe(desktop.gateway.token);
  await page.evaluate(() => {
    const frame = document.createElement("iframe");
    frame.name = "inner";
    document.body.append(frame);
  });
  const frame = page.frame("inner");
  if (frame === null) throw new Error("there is no frame");
  expect(await frame.evaluate(() => "signalbox" in window)).toBe(false);
  const asked = frame.evaluate(
    (binding) => Reflect.apply(Reflect.get(window, binding), undefined, ["host:connection", []]),
    IPC_BINDING,
  );
  await expect(asked).rejects.toThrow(/refused/);
});

test("checklist: permissions, devices and screen capture are denied but for what the page needs", async ({
  launch,
}, info) => {
  test.skip(info.project.name === "electron", "asked through the double's session");
  const desktop = await launch();
  if (!(desktop instanceof DoubleDesktop)) throw new Error("not the double");
  const contents = desktop.control.contents[0];
  if (contents === undefined) throw new Error("there is no page");
  await desktop.page();
  const { request, check, device } = contents.session;
  const ask = (permission: string) => {
    let granted: boolean | undefined;
    request?.(
      contents,
      permission,
      (answer) => {
        granted = answer;
      },
      { isMainFrame: true, requestingUrl: "signalbox-app://ui/" },
    );
    return [
      granted,
      check?.(contents, permission, "signalbox-app://ui", { isMainFrame: true, requestingUrl: "signalbox-app://ui/" }),
    ];
  };
  expect(ask("clipboard-sanitized-write")).toEqual([true, true]);
  for (const permission of ["media", "geolocation", "notifications", "clipboard-read", "usb", "serial", "midiSysex"]) {
    expect(ask(permission), permission).toEqual([false, false]);
  }
  expect(device).not.toBeNull();
  expect(Reflect.apply(device ?? (() => true), undefined, [{}])).toBe(false);
});

test("checklist: our scheme is a secure one that cannot go around the policy, and a checkout takes links from nobody", async ({
  launch,
}, info) => {
  test.skip(info.project.name === "electron", "read from the double");
  const desktop = await launch();
  if (!(desktop instanceof DoubleDesktop)) throw new Error("not the double");
  expect(desktop.control.schemes).toEqual([
    [
      {
        scheme: "signalbox-app",
        privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
      },
    ],
  ]);
  expect(desktop.control.linkHandlers).toEqual([]);
});
