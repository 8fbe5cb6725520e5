/** Leads from a call that was refused to the switch, server or choice that refused it. */
import type { Call } from "../../shared/events/call.ts";
import { refusalRule } from "../../shared/events/refusal.ts";
import { Button } from "../parts/button.tsx";
import { useWatching } from "../stores/app-store.ts";
import { openOverlay } from "../stores/view-store.ts";

export function RefusalButton({ session, call }: { session: string; call: Call }) {
  const watching = useWatching();
  const way = wayTo(session, call, watching);
  if (way === undefined) return null;
  return (
    <div>
      <Button onClick={way.go}>{way.name}</Button>
    </div>
  );
}

/** A device that may only watch can look at the servers, and has no dialog of a session's tools. */
function wayTo(session: string, call: Call, watching: boolean): { name: string; go: () => void } | undefined {
  const refusal = call.state === "failed" ? refusalRule(call.error) : undefined;
  if (refusal === undefined || (refusal.session && watching)) return undefined;
  const { server = "", tool } = call;
  const open = (aim: Parameters<typeof openOverlay>[2]) => () =>
    refusal.session ? openOverlay("session-tools", session, aim) : openOverlay("servers", undefined, aim);
  switch (refusal.rule) {
    case "tool":
      return { name: "Show the tool's switch", go: open({ at: "tool", server, tool }) };
    case "read-only":
      return { name: "Show read-only mode", go: open({ at: "read-only" }) };
    case "changed-tools":
      return { name: "Look at the changed tools", go: open({ at: "changed-tools", server }) };
    case "server":
      return { name: "Show the server", go: open({ at: "server", server }) };
    case "servers":
      return { name: "Show MCP servers", go: open(undefined) };
    case "session":
      return { name: "New session with other servers…", go: () => openOverlay("new-session") };
  }
}
