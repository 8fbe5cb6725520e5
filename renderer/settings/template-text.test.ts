import { expect, it } from "vitest";
import { EMPTY_TEMPLATE, readTemplate, templateText } from "./template-text.ts";

const text = {
  ...EMPTY_TEMPLATE,
  name: "Aider & friends",
  command: "aider",
  args: "--model\ngpt 9\n\n--mcp={mcp_url}",
  env: "TOKEN_FROM={token_variable}\nEMPTY=\nWITH=a=b",
};

it("an agent of one's own comes back from its form as it went in, arguments with spaces included", () => {
  const read = readTemplate(text, undefined, []);
  expect(read).toEqual({
    ok: true,
    value: {
      id: "aider-friends",
      name: "Aider & friends",
      command: "aider",
      args: ["--model", "gpt 9", "--mcp={mcp_url}"],
      env: { TOKEN_FROM: "{token_variable}", EMPTY: "", WITH: "a=b" },
    },
  });
  if (read.ok) expect(readTemplate(templateText(read.value), read.value.id, ["aider-friends"])).toEqual(read);
});

it("a second agent of the same name gets an id of its own, and a name without letters one as well", () => {
  const id = (name: string, taken: string[]) => {
    const read = readTemplate({ ...text, name }, undefined, taken);
    return read.ok ? read.value.id : read.reason;
  };
  expect(id("Aider & friends", ["aider-friends", "aider-friends-2"])).toBe("aider-friends-3");
  expect(id("助手", [])).toBe("agent");
});

it("what is missing or malformed is named", () => {
  const reason = (change: Partial<typeof text>) => {
    const read = readTemplate({ ...text, ...change }, undefined, []);
    return read.ok ? undefined : read.reason;
  };
  expect(reason({ name: " " })).toContain("name");
  expect(reason({ command: "" })).toContain("command");
  expect(reason({ env: "no value here" })).toBe("“no value here” is no NAME=value");
  expect(reason({ env: "1X=2" })).toBe("env.1X: its name must be a variable's name");
});
