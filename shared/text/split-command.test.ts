import { expect, it } from "vitest";
import { splitCommand } from "./split-command.ts";

it("A28: keeps shell metacharacters as plain text of an argument", () => {
  expect(splitCommand("agent; rm -rf $HOME `id`")).toEqual(["agent;", "rm", "-rf", "$HOME", "`id`"]);
});

it("keeps quoted and escaped spaces together, and empty arguments", () => {
  expect(splitCommand(`a "b c" 'd "e"' f\\ g ""`)).toEqual(["a", "b c", 'd "e"', "f g", ""]);
  expect(splitCommand("   ")).toEqual([]);
});
