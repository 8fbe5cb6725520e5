import { expect, it } from "vitest";
import { suggestFolders } from "./suggest-folders.ts";

const below = ["~/src", "~/srv", "~/.ssh", "~/docs"];

it("suggests what begins like the typed name, and never what is typed already", () => {
  expect(suggestFolders("~/sr", below, [])).toEqual(["~/src", "~/srv"]);
  expect(suggestFolders("~/src", below, ["~/src"])).toEqual([]);
  expect(suggestFolders("~/", below, [])).toEqual(["~/src", "~/srv", "~/docs"]);
});

it("shows hidden folders only to those who ask for them", () => {
  expect(suggestFolders("~/.", below, [])).toEqual(["~/.ssh"]);
});

it("puts recent folders first, each once", () => {
  expect(suggestFolders("~/s", below, ["~/src/api", "~/src"])).toEqual(["~/src/api", "~/src", "~/srv"]);
});
