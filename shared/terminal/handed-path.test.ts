/** Proves that a path in a prompt is one word to whoever reads it there. */
import { expect, it } from "vitest";
import { handedPath } from "./handed-path.ts";

it.each([
  ["claude", "/home/me/.signalbox/run/s/files/a.png", "/home/me/.signalbox/run/s/files/a.png"],
  ["claude", "/My Home/a.png", "/My\\ Home/a.png"],
  ["gemini", "/My Home/a.png", "@/My\\ Home/a.png"],
  ["shell", "/My Home/a.png", "'/My Home/a.png'"],
  ["custom", "/it's/a", "'/it'\\''s/a'"],
  ["shell", "C:\\My Home\\a.png", '"C:\\My Home\\a.png"'],
  ["codex", "C:\\Home\\a.png", "C:\\Home\\a.png"],
] as const)("%s: %s", (agent, path, typed) => expect(handedPath(agent, path)).toBe(typed));
