/** Proves that what the page says is true in every combination of what may be gone, and is said once. */
import { describe, expect, it } from "vitest";
import { CLOSE } from "../../shared/protocol/wire.ts";
import type { LinkState } from "../gateway/reconnecting-socket.ts";
import { type Facts, whatIsSaid } from "./what-is-said.ts";

const OPEN: LinkState = { state: "open" };
const FIRST: LinkState = { state: "connecting" };
const WAITING: LinkState = { state: "waiting", retryAt: 2, since: 1 };
const AGAIN: LinkState = { state: "connecting", since: 1 };
const GONE: LinkState = { state: "closed", code: CLOSE.noSuchSession, reason: "" };
const CLOSED: LinkState = { state: "closed", code: CLOSE.tokenRevoked, reason: "" };
const GOOD: Facts = {
  gateway: OPEN,
  daemon: "connected",
  stream: "live",
  terminal: OPEN,
  program: "running",
  failed: false,
};
const NOTHING = { window: undefined, activity: undefined, terminal: undefined };

const TABLE: [what: string, facts: Partial<Facts>, said: Partial<ReturnType<typeof whatIsSaid>>][] = [
  ["all is well", {}, {}],
  ["the page has just been opened", { gateway: FIRST, terminal: FIRST, stream: "connecting" }, {}],
  [
    "the gateway is gone",
    { gateway: WAITING, terminal: WAITING, stream: "reconnecting" },
    { window: "gateway-waiting" },
  ],
  ["it is tried again", { gateway: AGAIN, terminal: AGAIN, stream: "reconnecting" }, { window: "gateway-waiting" }],
  [
    "the gateway and the daemon are gone",
    { gateway: WAITING, daemon: "none", terminal: WAITING },
    { window: "gateway-waiting" },
  ],
  ["this device's access was taken back", { gateway: CLOSED, terminal: CLOSED }, { window: "gateway-closed" }],
  [
    "the gateway is gone, the program had ended",
    { gateway: WAITING, program: "exited", terminal: WAITING },
    { window: "gateway-waiting", terminal: "ended" },
  ],
  ["the daemon is lost", { daemon: "lost", terminal: WAITING }, { activity: "daemon", terminal: "out-of-reach" }],
  ["it is tried again", { daemon: "lost", terminal: AGAIN }, { activity: "daemon", terminal: "out-of-reach" }],
  ["there is no daemon", { daemon: "none", terminal: WAITING }, { activity: "daemon", terminal: "out-of-reach" }],
  [
    "there is none when the page comes",
    { daemon: "none", terminal: FIRST },
    { activity: "daemon", terminal: "out-of-reach" },
  ],
  [
    "the daemon is of another version",
    { daemon: "mismatch", terminal: WAITING },
    { activity: "daemon", terminal: "out-of-reach" },
  ],
  ["the daemon refuses", { daemon: "refused", terminal: WAITING }, { activity: "daemon", terminal: "out-of-reach" }],
  ["another program's daemon is lost, our own has the terminal", { daemon: "lost" }, { activity: "daemon" }],
  [
    "the daemon is gone and the program with it",
    { daemon: "none", program: "gone", terminal: GONE },
    { activity: "daemon", terminal: "ended" },
  ],
  [
    "a new daemon runs, the program is gone with the old one",
    { program: "gone", terminal: GONE, failed: true },
    { terminal: "ended" },
  ],
  ["the program has ended", { program: "exited" }, { terminal: "ended" }],
  ["the program has ended, its stream too", { program: "exited", stream: "reconnecting" }, { terminal: "ended" }],
  ["the terminal's connection alone is lost", { terminal: WAITING }, { terminal: "disconnected" }],
  ["it is tried again", { terminal: AGAIN }, { terminal: "disconnected" }],
  ["the terminal is not there yet", { terminal: GONE }, {}],
  ["the stream alone is interrupted", { stream: "reconnecting" }, { activity: "stream" }],
  [
    "the stream of a lost daemon",
    { daemon: "lost", stream: "reconnecting", terminal: WAITING },
    { activity: "daemon", terminal: "out-of-reach" },
  ],
  ["the terminal could not be started", { program: "failed", terminal: GONE }, { terminal: "failed" }],
  ["the daemon told an error of the terminal", { failed: true }, { terminal: "failed" }],
  ["a session without a terminal", { program: "none", terminal: undefined }, {}],
  [
    "a session without a terminal, no daemon",
    { program: "none", terminal: undefined, daemon: "none" },
    { activity: "daemon" },
  ],
];

it.each(TABLE)("%s", (_what, facts, said) => {
  expect(whatIsSaid({ ...GOOD, ...facts })).toEqual({ ...NOTHING, ...said });
});

describe("in every combination", () => {
  const links = [OPEN, FIRST, WAITING, AGAIN, GONE, CLOSED];
  const all: Facts[] = [OPEN, FIRST, WAITING, AGAIN, CLOSED].flatMap((gateway) =>
    (["searching", "starting", "connected", "lost", "none", "refused", "mismatch"] as const).flatMap((daemon) =>
      (["connecting", "live", "reconnecting", "ended"] as const).flatMap((stream) =>
        [undefined, ...links].flatMap((terminal) =>
          (["none", "starting", "running", "exited", "failed", "gone"] as const).flatMap((program) =>
            [true, false].map((failed) => ({ gateway, daemon, stream, terminal, program, failed })),
          ),
        ),
      ),
    ),
  );

  it("one countdown runs at most, and a lost gateway is the only cause that is named", () => {
    for (const facts of all) {
      const said = whatIsSaid(facts);
      const counting = [
        said.window === "gateway-waiting",
        said.activity === "daemon" && facts.daemon === "lost",
        said.terminal === "disconnected",
      ];
      expect(counting.filter(Boolean).length).toBeLessThanOrEqual(1);
      if (said.window !== undefined) expect(said.activity).toBeUndefined();
    }
  });

  it("a program that has ended is never said to be disconnected, to come back, or to have failed to start", () => {
    for (const facts of all.filter(({ program }) => program === "exited" || program === "gone")) {
      expect(whatIsSaid(facts).terminal).toBe("ended");
    }
  });

  it("a terminal that is connected is never said to be out of reach", () => {
    for (const facts of all.filter(({ terminal, gateway }) => terminal?.state === "open" && gateway.state === "open")) {
      expect(["out-of-reach", "disconnected"]).not.toContain(whatIsSaid(facts).terminal);
    }
  });
});
