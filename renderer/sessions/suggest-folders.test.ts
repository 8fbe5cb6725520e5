import { expect, it } from "vitest";
import { completeFolder, folderAbove, suggestFolders } from "./suggest-folders.ts";

const below = ["~/src", "~/srv", "~/.ssh", "~/docs"];

it("suggests what begins like the typed name, and never what is typed already", () => {
  expect(suggestFolders("~/sr", below, [])).toEqual(["~/src", "~/srv"]);
  expect(suggestFolders("~/src", below, ["~/src"])).toEqual([]);
  expect(suggestFolders("~/", below, [])).toEqual(["~/src", "~/srv", "~/docs"]);
});

it("shows hidden folders only to those who ask for them", () => {
  expect(suggestFolders("~/.", below, [])).toEqual(["~/.ssh"]);
  expect(suggestFolders("~", below, [])).toEqual(["~/src", "~/srv", "~/docs"]);
});

it("puts recent folders first, each once", () => {
  expect(suggestFolders("~/s", below, ["~/src/api", "~/src"])).toEqual(["~/src/api", "~/src", "~/srv"]);
});

it("completes what is typed as far as it is certain", () => {
  expect(completeFolder("~/d", below)).toBe("~/docs/");
  expect(completeFolder("~/S", below)).toBe("~/sr");
  expect(completeFolder("~/sr", below)).toBeUndefined();
  expect(completeFolder("~/src", below)).toBe("~/src/");
  expect(completeFolder("~", below)).toBe("~/");
  expect(completeFolder("~/.", below)).toBe("~/.ssh/");
  expect(completeFolder("/opt/x", [])).toBeUndefined();
});

it("leads to the folder above", () => {
  expect(folderAbove("~/src/api/")).toBe("~/src/");
  expect(folderAbove("~/src")).toBe("~/");
  expect(folderAbove("/opt")).toBe("/");
  expect(folderAbove("/")).toBeUndefined();
  expect(folderAbove("~")).toBeUndefined();
});
