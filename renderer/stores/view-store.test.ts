import { expect, it } from "vitest";
import { followPath, pairWith, useView } from "./view-store.ts";

it("keeps two sessions at their sides when another one takes a place", () => {
  expect(pairWith(["a", "b"], "a", "c")).toEqual(["c", "b"]);
  expect(pairWith(["a", "b"], "b", "c")).toEqual(["a", "c"]);
  expect(pairWith(["a", "b"], "a", "b")).toEqual(["a", "b"]);
  expect(pairWith(["a", "b"], "a", undefined)).toBeUndefined();
  expect(pairWith(undefined, "a", "b")).toBeUndefined();
});

it("A15: follows the two forms of a link and shows every other path as leading nowhere", () => {
  followPath("/session/s-1/call/c-1");
  expect(useView.getState()).toMatchObject({ session: "s-1", call: "c-1", badPath: undefined });
  for (const path of ["/session/../x", "/session/a%2fb", "/start?agent=claude", "/session/a/call/b/c"]) {
    followPath(path);
    expect(useView.getState(), path).toMatchObject({ session: undefined, call: undefined, badPath: path });
  }
  followPath("/");
  expect(useView.getState()).toMatchObject({ session: undefined, badPath: undefined });
});
