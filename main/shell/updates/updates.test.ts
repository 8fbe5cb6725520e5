/** Proves that a newer version never interrupts an agent. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Events } from "../../../test/support/electron-double/events.ts";
import { mayInstall, updateRows } from "./decide-update.ts";
import { runUpdates, type Updater } from "./run-updates.ts";

const ready = { is: "ready", version: "1.2.0" } as const;

it.each([
  [{ is: "off" }, 0, []],
  [{ is: "current" }, 0, []],
  [{ is: "downloading", version: "1.2.0" }, 1, [{ label: "Getting version 1.2.0…" }]],
  [ready, 1, [{ label: "Version 1.2.0 installs when nothing runs" }]],
  [ready, 0, [{ label: "Restart for version 1.2.0", action: { do: "install-update" } }]],
] as const)("%j with %s running", (state, running, rows) => {
  expect(updateRows(state, running)).toEqual(rows);
  expect(mayInstall(state, running)).toBe(rows.some((row) => "action" in row));
});

describe("while the app runs", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function updater() {
    const events = new Events();
    const fake: Updater = {
      on: events.on,
      autoDownload: false,
      autoInstallOnAppQuit: true,
      checkForUpdates: vi.fn(async () => null),
      quitAndInstall: vi.fn(),
    };
    return { fake, events };
  }

  it("looks after a minute and every six hours, until there is something, and gives its timers back", () => {
    const { fake, events } = updater();
    const updates = runUpdates({ updater: fake, onChange: () => {}, onProblem: () => {} });
    expect(fake.autoInstallOnAppQuit).toBe(false);
    vi.advanceTimersByTime(60_000);
    expect(fake.checkForUpdates).toHaveBeenCalledTimes(1);
    events.emit("update-downloaded", { version: "1.2.0" });
    expect(updates.state()).toEqual(ready);
    vi.advanceTimersByTime(24 * 3_600_000);
    expect(fake.checkForUpdates).toHaveBeenCalledTimes(1);
    updates.dispose();
    expect(vi.getTimerCount()).toBe(0);
    expect(fake.quitAndInstall).not.toHaveBeenCalled();
  });

  it("a place that cannot be reached is a line in the log and nothing else", () => {
    const { fake, events } = updater();
    const onProblem = vi.fn();
    const updates = runUpdates({ updater: fake, onChange: () => {}, onProblem });
    events.emit("update-available", { version: "1.2.0" });
    events.emit("error", new Error("offline"));
    expect(onProblem).toHaveBeenCalledOnce();
    expect(updates.state()).toEqual({ is: "current" });
    updates.dispose();
  });

  it("without a place to look, nothing runs", () => {
    const updates = runUpdates({ updater: undefined, onChange: () => {}, onProblem: () => {} });
    expect(updates.state()).toEqual({ is: "off" });
    expect(vi.getTimerCount()).toBe(0);
  });
});
