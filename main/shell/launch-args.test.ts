/** Proves that odd arguments, a second instance's included, neither crash the app nor steer it. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { nextArguments, parseLaunchArgs } from "./launch-args.ts";

it("reads the options of a start", () => {
  const args = ["--demo", "--port", "0", "--home=/h", "--discovery", "/d/mcp.json", "--json", "--no-open"];
  expect(parseLaunchArgs(args)).toEqual({
    home: "/h",
    port: 0,
    discovery: "/d/mcp.json",
    demo: true,
    json: true,
    hidden: false,
    link: undefined,
  });
});

it.each([["--port"], ["--port=x"], ["--port", "70000"], ["--port", "-1"], ["--port=1e3"]])("%j is no port", (...args) =>
  expect(parseLaunchArgs(args).port).toBeUndefined(),
);

it("garbage never throws and never becomes a link", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom("--home", "--", "-", "--demo=0", "signalbox:", "\0"))),
      (args) => {
        expect(parseLaunchArgs(args).link).toBeUndefined();
      },
    ),
  );
});

it("an app that starts again for a second start stays where it was, and takes over only what that one may want", () => {
  const own = ["--home=/h", "--port", "0", "--discovery", "/d.json", "--json", "--demo", "signalbox://session/old"];
  const second = ["/opt/s", "--home", "/evil", "--no-sandbox", "--hidden", "signalbox://session/a/call/c"];
  expect(nextArguments(own, second)).toEqual([
    ...["--home", "/h", "--port", "0", "--discovery", "/d.json", "--hidden"],
    "signalbox://session/a/call/c",
  ]);
  expect(nextArguments([], ["/opt/s", "--demo"])).toEqual(["--demo"]);
});
