/** The table of starts: a window where one can be, and one line with the next step where none can. */
import { describe, expect, it } from "vitest";
import { decideStart, FETCH_RETRY_MS, passedOn, type StartFacts } from "./decide-start.ts";

const desk: StartFacts = {
  args: [],
  platform: "linux",
  env: { DISPLAY: ":0" },
  uid: 1000,
  electron: "/e/electron",
  lastFailure: undefined,
  now: FETCH_RETRY_MS * 10,
};

const forbidden = { restricted: true, helperReady: false, helper: "/e/chrome-sandbox" };

describe("decideStart", () => {
  const rows: [string, Partial<StartFacts>, ReturnType<typeof decideStart>["mode"]][] = [
    ["a display and a program open the window", {}, "desktop"],
    ["Wayland alone is a display", { env: { WAYLAND_DISPLAY: "wayland-0" } }, "desktop"],
    ["--headless is obeyed where a window could open", { args: ["--headless"] }, "headless"],
    [
      "no display: headless, even without the program, with nothing fetched",
      { env: {}, electron: undefined },
      "headless",
    ],
    ["an empty DISPLAY is none", { env: { DISPLAY: "" } }, "headless"],
    ["root on Linux: headless rather than without a sandbox", { uid: 0 }, "headless"],
    ["macOS needs no DISPLAY", { platform: "darwin", env: {} }, "desktop"],
    ["Windows has no user id", { platform: "win32", env: {}, uid: undefined }, "desktop"],
    ["a system that forbids the sandbox: headless at once", { sandbox: forbidden }, "headless"],
    ["its helper has the rights instead", { sandbox: { ...forbidden, helperReady: true } }, "desktop"],
    ["a system that allows the sandbox", { sandbox: { ...forbidden, restricted: false } }, "desktop"],
    [
      "--desktop tries it all the same, as a profile of AppArmor may allow it",
      { sandbox: forbidden, args: ["--desktop"] },
      "desktop",
    ],
    ["a missing program is fetched", { electron: undefined }, "fetch"],
    [
      "an attempt that failed an hour ago does not delay this start",
      { electron: undefined, lastFailure: { at: FETCH_RETRY_MS * 10 - 3_600_000, reason: "no network" } },
      "headless",
    ],
    [
      "an attempt that failed days ago is repeated",
      { electron: undefined, lastFailure: { at: FETCH_RETRY_MS * 8, reason: "no network" } },
      "fetch",
    ],
    [
      "a failure from the future (a clock set back) does not block for ever",
      { electron: undefined, lastFailure: { at: FETCH_RETRY_MS * 20, reason: "no network" } },
      "fetch",
    ],
    [
      "--desktop tries again at once",
      { args: ["--desktop"], electron: undefined, lastFailure: { at: FETCH_RETRY_MS * 10, reason: "no network" } },
      "fetch",
    ],
  ];
  it.each(rows)("%s", (_name, facts, mode) => {
    expect(decideStart({ ...desk, ...facts }).mode).toBe(mode);
  });

  it("says once what allows the sandbox, with a path that a shell takes as it is, and never switches it off", () => {
    const helper = "/home/o'neil/my app/chrome-sandbox";
    const plan = decideStart({ ...desk, sandbox: { ...forbidden, helper } });
    const why = plan.mode === "headless" ? (plan.why ?? "") : "";
    const quoted = "'/home/o'\\''neil/my app/chrome-sandbox'";
    expect(why).toContain(`sudo chown root: ${quoted} && sudo chmod 4755 ${quoted}`);
    expect(why).not.toMatch(/no-sandbox|\n/);
  });

  it("says why there is no window, and how to try again, in one line", () => {
    const plan = decideStart({ ...desk, electron: undefined, lastFailure: { at: desk.now, reason: "no network" } });
    expect(plan).toMatchObject({ why: expect.stringMatching(/^[^\n]*no network[^\n]*npm start -- --desktop$/) });
  });
});

it("passes every argument on but its own two", () => {
  expect(passedOn(["--demo", "--headless", "--port", "0", "--desktop", "--home", "/a b"])).toEqual([
    "--demo",
    "--port",
    "0",
    "--home",
    "/a b",
  ]);
});
