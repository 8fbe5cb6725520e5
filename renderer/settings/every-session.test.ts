import { expect, it } from "vitest";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { failed, ok } from "../../shared/protocol/fault.ts";
import { deletable, exportAll } from "./every-session.ts";

const session = (id: string, state: SessionView["terminal"]["state"]): SessionView => ({
  id,
  agent: "shell",
  agent_name: "bash",
  label: `Work ${id}`,
  cwd: "/work",
  command: "bash",
  created_at: "2026-11-20T14:00:00Z",
  status: { state: "finished", evidence: "exit code 0", since: "2026-11-20T14:05:00Z" },
  terminal: { state },
  calls: { total: 0, running: 0, failed: 0 },
});

it("deleting all history spares every session whose program runs", () => {
  const all = (["none", "starting", "running", "exited", "failed", "gone"] as const).map((state) =>
    session(state, state),
  );
  expect(deletable(all).map(({ id }) => id)).toEqual(["none", "exited", "failed", "gone"]);
});

it("exports every session under a line that names it", async () => {
  const exportSession = async (id: string) => ok(new Response(`{"seq":1,"of":"${id}"}\n`));
  const file = await exportAll({ exportSession }, [session("a", "exited"), session("b", "running")]);
  if (!file.ok) throw new Error("no file");
  const lines = (await file.value.text())
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(lines).toMatchObject([{ session: "a", label: "Work a" }, { of: "a" }, { session: "b" }, { of: "b" }]);
});

it("gives no file at all when one session could not be read", async () => {
  const exportSession = async (id: string) =>
    id === "b" ? failed("no-such-session", "Gone.") : ok(new Response("{}\n"));
  const file = await exportAll({ exportSession }, [session("a", "exited"), session("b", "exited")]);
  expect(file.ok).toBe(false);
});
