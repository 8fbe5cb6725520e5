/** Proves that the tray tells the truth, is complete, and does not flicker. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { appState, session } from "../../../test/support/electron-double/app-state.ts";
import { hasDarkBar, runTray, trayIcon } from "./run-tray.ts";
import { trayRows, trayTemplate, trayText } from "./tray-menu.ts";
import { type TrayState, trayState } from "./tray-state.ts";

const daemon = (state: "lost" | "none" | "connected", own = true) => ({
  state,
  own,
  since: "2026-11-20T10:00:00Z",
  attempts: [],
});
const busy = appState({
  servers: ["fs", "git"].map((name) => ({ name, transport: "stdio", state: "ready", tools: [] })),
  sessions: [
    session({ id: "a", label: "billing", state: "needs_you" }),
    session({ id: "b", label: "api-refactor" }),
    session({ id: "c", label: "docs", state: "starting" }),
    session({ id: "d", label: "old", state: "finished" }),
  ],
});

it("lists who needs you first, then who runs, and everything the app can do from there", () => {
  expect(`\n${trayText(trayRows(trayState(busy, false)))}\n`).toBe(`
  Daemon · 2 servers
──────
  Needs you
› billing · Claude Code
  Running
› api-refactor · Claude Code
› docs · Claude Code
──────
› Open Signalbox
› New session…
──────
› Pause notifications for an hour
› Restart daemon…
› Settings…
──────
› Quit Signalbox
`);
});

it.each(["searching", "starting", "lost", "none", "refused"] as const)(
  "offers no restart of a daemon that is %s",
  (state) => {
    const rows = trayText(trayRows(trayState({ ...busy, daemon: { ...daemon("lost"), state, own: true } }, false)));
    expect(rows).not.toContain("Restart daemon");
  },
);

describe("the icon's mood", () => {
  it.each([
    ["nothing runs", appState(), "idle"],
    ["something runs", appState({ sessions: [session()] }), "running"],
    ["one needs you", busy, "needs-you"],
    ["the daemon is lost, whatever else was known", appState({ ...busy, daemon: daemon("lost") }), "lost"],
    ["no daemon was ever found: nothing is lost", appState({ daemon: daemon("none") }), "idle"],
  ])("%s", (_name, app, mood) => {
    expect(trayState(app, false).mood).toBe(mood);
  });
});

it.each([
  [{ waiting: 0, dead: 0, unknown: 0 }, ""],
  [{ waiting: 3, dead: 0, unknown: 0 }, "3 writes wait"],
  [{ waiting: 1, dead: 1, unknown: 0 }, "1 write waits, 1 write needs your decision"],
  [{ waiting: 0, dead: 1, unknown: 2 }, "3 writes need your decision"],
])("kept writes %o are told in the menu, which leads to them, and in the tooltip", (outbox, text) => {
  const state = trayState(appState({ outbox }), false);
  expect(state.outbox).toBe(text);
  const row = { label: `Outbox: ${text}`, action: { do: "command", command: "outbox" } };
  if (text === "") expect(trayRows(state)).not.toContainEqual(expect.objectContaining(row));
  else expect(trayRows(state)).toContainEqual(row);
  expect(state.tooltip).toBe(["Signalbox", "Daemon connected", ...(text === "" ? [] : [text])].join(" · "));
});

it("a foreign daemon is not offered for a restart, and a pause can be ended", () => {
  const text = trayText(trayRows(trayState(appState({ daemon: daemon("connected", false) }), true)));
  expect(text).not.toContain("Restart");
  expect(text).toContain("› Resume notifications");
});

it("a menu of 100 sessions stays a menu", () => {
  const sessions = Array.from({ length: 100 }, (_, index) => session({ id: `s${index}`, label: `s${index}` }));
  const rows = trayRows(trayState(appState({ sessions }), false));
  expect(rows.length).toBeLessThan(25);
  expect(rows).toContainEqual({ label: "92 more…", action: { do: "show" } });
});

it("A26: a session's name cannot forge a row or a key", () => {
  const state = trayState(appState({ sessions: [session({ label: "a\nQuit\u202e & b" })] }), false);
  expect(state.running[0]?.label).toBe("a Quit\uFFFD & b · Claude Code");
  const labels = trayTemplate(trayRows(state), () => {}, "linux").map(({ label }) => label);
  expect(labels).toContain("a Quit\uFFFD && b · Claude Code");
});

it.each([
  ["GNOME", true],
  ["ubuntu:GNOME", true],
  ["Unity:Unity7:ubuntu", true],
  ["KDE", false],
  ["X-Cinnamon", false],
  ["", false],
  [undefined, false],
])("the bar of %s is dark in a light theme too: %s", (desktop, dark) => {
  expect(hasDarkBar(desktop)).toBe(dark);
});

it("uses a template on macOS, an ICO on Windows, and the bar's colour elsewhere", () => {
  expect(trayIcon("/t", "needs-you", "darwin", true)).toBe("/t/needs-youTemplate.png");
  expect(trayIcon("/t", "lost", "win32", false)).toBe("/t/lost-light.ico");
  expect(trayIcon("/t", "idle", "linux", true)).toBe("/t/idle-dark.png");
});

describe("while it runs", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function run(state: () => TrayState) {
    const drawn: { icon: string; rows: number }[] = [];
    let icon = "";
    const tray = runTray({
      electron: {
        createTray: () => ({
          setImage: (path) => {
            icon = path;
          },
          setToolTip: () => {},
          setTitle: () => {},
          setMenu: (template) => drawn.push({ icon, rows: template.length }),
          destroy: () => drawn.push({ icon: "destroyed", rows: 0 }),
          on: () => {},
        }),
        nativeTheme: { shouldUseDarkColors: false, on: () => {} },
      },
      icons: "/t",
      platform: "linux",
      state,
      run: () => {},
      host: async () => "h",
      onPresence: () => {},
      onMissing: () => {},
    });
    return { tray, drawn };
  }

  it("draws at most twice a second, and always the last state", () => {
    let sessions = [session()];
    const { tray, drawn } = run(() => trayState(appState({ sessions }), false));
    expect(drawn).toHaveLength(1);
    for (let index = 0; index < 100; index += 1) {
      sessions = [...sessions.slice(0, 1), session({ id: `s${index}`, label: `s${index}` })];
      tray.changed();
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(500);
    expect(drawn.length).toBeLessThanOrEqual(4);
    sessions = [session({ state: "needs_you" })];
    tray.changed();
    vi.advanceTimersByTime(500);
    expect(drawn.at(-1)?.icon).toBe("/t/needs-you-light.png");
    tray.changed();
    tray.dispose();
    expect(vi.getTimerCount()).toBe(0);
    expect(drawn.at(-1)?.icon).toBe("destroyed");
  });

  it("does not set an equal menu again, so that an open one stays open", () => {
    const { tray, drawn } = run(() => trayState(appState(), false));
    tray.changed();
    vi.advanceTimersByTime(1000);
    expect(drawn).toHaveLength(1);
  });

  it("nothing depends on a tray that nobody shows; one that is shown later is made again, since the first is lost", async () => {
    let host = false;
    const made: string[] = [];
    const told: object[] = [];
    const tray = runTray({
      electron: {
        createTray: () => {
          const name = `tray ${made.length === 0 ? 1 : 2}`;
          made.push(name);
          const destroy = () => made.push(`${name} destroyed`);
          return { setImage() {}, setToolTip() {}, setTitle() {}, setMenu() {}, on() {}, destroy };
        },
        nativeTheme: { shouldUseDarkColors: false, on: () => {} },
      },
      icons: "/t",
      platform: "linux",
      state: () => trayState(appState(), false),
      run: () => {},
      host: async () => (host ? "h" : undefined),
      onPresence: (presence) => told.push(presence),
      onMissing: () => {},
    });
    expect(tray.present).toBe(false);
    expect(await tray.check()).toBe(false);
    expect(await tray.check()).toBe(false);
    host = true;
    expect(await tray.check()).toBe(true);
    expect(tray.present).toBe(true);
    expect(made).toEqual(["tray 1", "tray 1 destroyed", "tray 2"]);
    host = false;
    expect(await tray.check()).toBe(false);
    expect(told).toEqual([
      { present: false, host: false },
      { present: true, host: true },
      { present: false, host: false },
    ]);
    tray.dispose();
  });

  it("a shell that starts again is shown the icon anew; where it does not come back, a hidden app shows itself", async () => {
    let host: string | undefined = ":1.4";
    let hidden = true;
    const made: string[] = [];
    const lost = vi.fn();
    const tray = runTray({
      electron: {
        createTray: () => {
          made.push(String(host));
          return { setImage() {}, setToolTip() {}, setTitle() {}, setMenu() {}, on() {}, destroy() {} };
        },
        nativeTheme: { shouldUseDarkColors: false, on: () => {} },
      },
      icons: "/t",
      platform: "linux",
      state: () => trayState(appState(), false),
      run: () => {},
      host: async () => host,
      hidden: () => hidden,
      onLost: lost,
      onPresence: () => {},
      onMissing: () => {},
    });
    await tray.check();
    host = ":1.9";
    await vi.advanceTimersByTimeAsync(60_000);
    expect(made).toEqual([":1.4", ":1.9"]);
    host = undefined;
    hidden = false;
    await vi.advanceTimersByTimeAsync(600_000);
    hidden = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lost).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(lost).toHaveBeenCalledOnce();
    tray.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("a desktop without a tray says so once and goes on", () => {
    const missing = vi.fn();
    const tray = runTray({
      electron: {
        createTray: () => {
          throw new Error("no tray");
        },
        nativeTheme: { shouldUseDarkColors: false, on: () => {} },
      },
      icons: "/t",
      platform: "linux",
      state: () => trayState(appState(), false),
      run: () => {},
      host: async () => "h",
      onPresence: () => {},
      onMissing: missing,
    });
    expect(tray.present).toBe(false);
    tray.changed();
    tray.dispose();
    expect(missing).toHaveBeenCalledOnce();
  });
});

it("lists what waits in the inbox, and leads to each", () => {
  const heads = Array.from({ length: 10 }, (_, at) => ({
    id: `e${at}`,
    kind: "approval" as const,
    from: "git",
    text: `call ${at}\u202e`,
    created_at: "2026-11-20T10:00:00Z",
  }));
  const rows = trayRows(trayState(appState({ inbox: { open: 12, revision: 1, heads } }), false));
  expect(rows).toContainEqual({ label: "git: call 0\uFFFD", action: { do: "open-entry", entry: "e0" } });
  expect(rows).toContainEqual({ label: "4 more in the inbox…", action: { do: "command", command: "inbox" } });
  expect(trayText(trayRows(trayState(appState(), false)))).not.toContain("Inbox");
});
