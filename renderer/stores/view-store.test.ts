import { expect, it, vi } from "vitest";
import { arrangeNext, followPath, leavePane, panesWith, showBeside, useView } from "./view-store.ts";

it("shows up to four at once, and one again when the others have left", () => {
  vi.stubGlobal("location", { protocol: "http:", pathname: "/session/a" });
  vi.stubGlobal("history", { pushState() {}, replaceState() {} });
  useView.setState({ session: "a", panes: undefined, arrangement: "columns" });
  for (const id of ["b", "c", "d", "e"]) showBeside(id);
  expect(useView.getState().panes).toEqual(["a", "b", "c", "e"]);
  arrangeNext();
  arrangeNext();
  expect(useView.getState().arrangement).toBe("grid");
  leavePane("a");
  expect(useView.getState()).toMatchObject({ session: "b", panes: ["b", "c", "e"] });
  leavePane("c");
  leavePane("e");
  expect(useView.getState()).toMatchObject({ session: "b", panes: undefined });
});

it("keeps two sessions at their sides when another one takes a place", () => {
  expect(panesWith(["a", "b"], "a", "c")).toEqual(["c", "b"]);
  expect(panesWith(["a", "b"], "b", "c")).toEqual(["a", "c"]);
  expect(panesWith(["a", "b"], "a", "b")).toEqual(["a", "b"]);
  expect(panesWith(["a", "b"], "a", undefined)).toBeUndefined();
  expect(panesWith(undefined, "a", "b")).toBeUndefined();
});

it("A15: follows the three forms of a link and shows every other path as leading nowhere", () => {
  followPath("/session/s-1/call/c-1");
  expect(useView.getState()).toMatchObject({ session: "s-1", call: "c-1", badPath: undefined });
  followPath("/session/s-1/preview/5173");
  expect(useView.getState()).toMatchObject({ session: "s-1", call: undefined, preview: 5173, badPath: undefined });
  followPath("/session/s-2");
  expect(useView.getState()).toMatchObject({ session: "s-2", preview: undefined });
  for (const path of [
    "/session/s-1/preview/0",
    "/session/../x",
    "/session/a%2fb",
    "/start?agent=claude",
    "/session/a/call/b/c",
  ]) {
    followPath(path);
    expect(useView.getState(), path).toMatchObject({ session: undefined, call: undefined, badPath: path });
  }
  followPath("/");
  expect(useView.getState()).toMatchObject({ session: undefined, badPath: undefined });
});
