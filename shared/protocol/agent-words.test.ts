/** Proves that what an agent says of itself is taken for that, and what it says of others is not. */
import { expect, it } from "vitest";
import { agentWord, stateWord } from "./agent-words.ts";

it.each([
  ["state=working:app=codex", { word: "working", starts: true }],
  ["state=working:app=claude-code", { word: "working" }],
  ["state=error:app=codex", { word: "failed" }],
  ["state=blocked:app=claude-code:kind=question:msg=TUNQ", { word: "waiting", message: "TUNQ" }],
  ["app=claude-code:msg=aGk=:state=error", { word: "failed", message: "aGk=" }],
  ["state=error:title=VA==:msg=TQ==", { word: "failed", message: "TQ==" }],
  ["state=error:title=VA==", { word: "failed", message: "VA==" }],
  ["state=done", { word: "finished" }],
  ["state=idle:app=x", { word: "idle" }],
  ["state=clear", { word: "idle" }],
  // Of a child.
  ["state=clear:id=agent-1", undefined],
  ["state=blocked:app=claude-code:id=a.b:kind=permission", undefined],
  ["id=:state=working", undefined],
  // No state of this kind.
  ["?", undefined],
  ["?v=1", undefined],
  ["state=", undefined],
  ["state=toString", undefined],
  ["state=Working", undefined],
  ["msg=state=working", undefined],
  ["", undefined],
  [`state=working:msg=${"A".repeat(9_000)}`, undefined],
])("%s", (text, said) => {
  expect(stateWord(text)).toEqual(said);
});

it("a prompt begins a turn; any other word is what it is", () => {
  expect(agentWord("signalbox;prompt")).toEqual({ word: "working", begins: true });
  expect(agentWord("signalbox;failed")).toEqual({ word: "failed" });
  expect(agentWord("signalbox;failed;rate_limit")).toEqual({ word: "failed", text: "rate limit" });
  expect(agentWord("signalbox;failed;unknown")).toEqual({ word: "failed" });
  expect(agentWord("signalbox;waiting;Deploy to a_b; now?")).toEqual({ word: "waiting", text: "Deploy to a_b; now?" });
  expect(agentWord(`signalbox;waiting;${"x".repeat(201)}`)).toBeUndefined();
  expect(agentWord("signalbox;waitingroom")).toBeUndefined();
  expect(agentWord("signalbox;constructor")).toBeUndefined();
  expect(agentWord("working")).toBeUndefined();
});
