/** Proves that a repository without certificates makes unsigned packages that look for nothing, instead of failing. */
import { expect, it } from "vitest";
import { updateAddress, withoutEmpty } from "./release-environment.ts";

it("a name of a release that is set and empty counts as not set; every other name stays", () => {
  const empty = { CSC_LINK: "", CSC_KEY_PASSWORD: "", APPLE_ID: "", APPLE_APP_SPECIFIC_PASSWORD: "", WIN_CSC_LINK: "" };
  const others = { PATH: "/bin", EMPTY: "", CSC_NAME: "somebody", APPLE_TEAM_ID: "T" };
  expect(withoutEmpty({ ...empty, ...others, SIGNALBOX_UPDATE_URL: "" })).toEqual(others);
});

it("electron-builder takes an empty certificate for the project's folder, which is why", async () => {
  const { importCertificate } = await import("app-builder-lib/out/codeSign/codesign.js");
  await expect(importCertificate("", { getTempFile: async () => "" } as never, process.cwd())).rejects.toThrow(
    "not a file",
  );
});

it.each(["http://updates.example/", "updates.example", "file:///srv", " "])(
  "%j is no place for newer versions",
  (url) => {
    expect(() => updateAddress({ SIGNALBOX_UPDATE_URL: url })).toThrow("must be an https address");
  },
);

it("an https address is one, and none is none", () => {
  expect(updateAddress({ SIGNALBOX_UPDATE_URL: "https://updates.example/signalbox" })).toBe(
    "https://updates.example/signalbox",
  );
  expect([updateAddress({}), updateAddress({ SIGNALBOX_UPDATE_URL: "" })]).toEqual([undefined, undefined]);
});
