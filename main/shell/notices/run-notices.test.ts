/** A notification service that is broken costs the notice, and neither the app nor the notices after it. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { session } from "../../../test/support/electron-double/app-state.ts";
import { runNotices } from "./run-notices.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-20T12:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

it.each(["made", "shown"])("one that cannot be %s is told, and the next is shown", (when) => {
  const shown: string[] = [];
  let broken = true;
  class Notification {
    static isSupported = () => true;
    readonly title: string;
    constructor({ title = "" }: { title?: string }) {
      this.title = title;
      if (broken && when === "made") throw new Error("no service");
    }
    on(): void {}
    close(): void {}
    show(): void {
      if (broken) throw new Error("no service");
      shown.push(this.title);
    }
  }
  const failed: string[] = [];
  const notices = runNotices({
    electron: { Notification },
    sessions: [session({ id: "a", label: "a" }), session({ id: "b", label: "b" })],
    inbox: () => [],
    focused: () => false,
    settings: () => ({
      needs_you: true,
      failed: true,
      finished: true,
      told: true,
      quiet_hours: null,
      paused_until: null,
    }),
    run: () => {},
    onFailed: (reason) => failed.push(reason),
  });
  notices.apply({ type: "session", session: session({ id: "a", label: "a", state: "failed" }) });
  vi.advanceTimersByTime(1_000);
  expect(failed).toEqual(["no service"]);
  broken = false;
  notices.apply({ type: "session", session: session({ id: "b", label: "b", state: "failed" }) });
  vi.advanceTimersByTime(1_000);
  expect(shown).toEqual(["b failed"]);
  notices.dispose();
});
