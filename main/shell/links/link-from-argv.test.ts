/** Proves that only one plain link is ever taken from a command line. */
import { describe, expect, it } from "vitest";
import { linkFromArgv } from "./link-from-argv.ts";

it("follows the link among what Chromium adds", () => {
  const argv = [
    "/opt/Signalbox/signalbox",
    "--original-process-start-time=1",
    "signalbox://session/a-1/call/c",
    "--flag",
  ];
  expect(linkFromArgv(argv)).toEqual({ session: "a-1", call: "c" });
});

describe("A15: a link with anything extra leads nowhere", () => {
  it.each([
    [["signalbox://session/a", "signalbox://session/b"]],
    [["signalbox://session/a", "SIGNALBOX://session/a"]],
    [["SIGNALBOX://session/a"]],
    [["Signalbox://Session/a"]],
    [[" signalbox://session/a"]],
    [['"signalbox://session/a"']],
    [["signalbox://session/a' --renderer-cmd-prefix=calc"]],
    [["signalbox://session/a --no-sandbox"]],
    [["signalbox://session/a\n--no-sandbox"]],
    [["signalbox://session/a\n"]],
    [["signalbox://session/a?token=x"]],
    [["signalbox://session/a#x"]],
    [["signalbox://session/a/"]],
    [["signalbox://session/../x"]],
    [["signalbox://session/%61"]],
    [["signalbox://start/claude"]],
    [["signalbox://session/a/call/"]],
    [["signalbox:session/a"]],
    [["signalbox:///session/a"]],
    [[`signalbox://session/${"a".repeat(65)}`]],
    [["--link=signalbox://session/a"]],
    [["https://evil.test/signalbox://session/a"]],
    [[]],
  ])("%j", (argv) => {
    expect(linkFromArgv(argv)).toBeUndefined();
  });
});
