/** Proves the tables of closing and quitting. */
import { expect, it } from "vitest";
import { decideClose, decideQuit } from "./decide-quit.ts";

it.each([
  ["nothing runs", { running: 0, tray: true, forced: false }],
  ["the system shuts down", { running: 3, tray: true, forced: true }],
])("%s: nobody is asked", (_name, facts) => {
  expect(decideQuit(facts)).toEqual({ ask: false });
});

it("with agents at work, quitting asks, and the first answer changes nothing", () => {
  expect(decideQuit({ running: 2, tray: true, forced: false })).toEqual({
    ask: true,
    message: "2 sessions are running.",
    detail:
      "“Keep running in tray” closes the window; you are still notified when one needs you. “Stop and quit” ends their agents; history is kept.",
    buttons: [
      { label: "Cancel", answer: "cancel" },
      { label: "Keep running in tray", answer: "keep" },
      { label: "Stop and quit", answer: "stop" },
    ],
  });
});

it("without a tray it does not promise one", () => {
  const decision = decideQuit({ running: 1, tray: false, forced: false });
  expect(JSON.stringify(decision)).not.toContain("tray");
  expect(decision).toMatchObject({
    message: "A session is running.",
    buttons: [{}, { label: "Quit, keep agents running" }, {}],
  });
});

const close = { running: 1, tray: true, closeToTray: true, platform: "linux" } as const;
it.each([
  ["sessions run and there is a tray", {}, "hide"],
  ["nothing runs", { running: 0 }, "quit"],
  ["the person does not want it", { closeToTray: false }, "quit"],
  ["there is no tray to come back from", { tray: false }, "quit"],
  ["macOS keeps apps without windows", { platform: "darwin", running: 0 }, "hide"],
] as const)("closing the window when %s", (_name, facts, decision) => {
  expect(decideClose({ ...close, ...facts })).toBe(decision);
});
