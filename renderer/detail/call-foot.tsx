/** Owns what can be done with one call, at the foot of its detail: copy it in its forms, find it in the terminal. */
import { Copy, FileText, SquareTerminal, Terminal } from "lucide-react";
import type { Call } from "../../shared/events/call.ts";
import { Button } from "../parts/button.tsx";
import { copyText } from "../shell/actions.ts";
import { useServices } from "../shell/services.ts";
import { selectCall } from "../stores/view-store.ts";
import { useLiveTerminal } from "../terminal/terminal-view.tsx";
import styles from "./call-foot.module.css";
import { callJson, callMarkdown, copyCurl } from "./copy-call.ts";

/** `http`: its server is reached over HTTP. */
export function CallFoot({ session, call, http }: { session: string; call: Call; http: boolean }) {
  return (
    <footer className={styles.foot}>
      <Button onClick={() => void copyText(callJson(call), "Call")}>
        <Copy aria-hidden size={14} strokeWidth={1.75} />
        Copy as JSON
      </Button>
      <Button onClick={() => void copyText(callMarkdown(call), "Call")}>
        <FileText aria-hidden size={14} strokeWidth={1.75} />
        Copy as Markdown
      </Button>
      {http && call.args !== undefined && <CopyCurl call={call} />}
      <ShowInTerminal session={session} call={call.id} />
    </footer>
  );
}

function CopyCurl({ call }: { call: Call }) {
  const { client } = useServices();
  return (
    <Button
      title="For a shell. Keys stand as variables; a server that keeps sessions wants MCP_SESSION_ID too."
      onClick={() => void copyCurl(client, call)}
    >
      <Terminal aria-hidden size={14} strokeWidth={1.75} />
      Copy as curl
    </Button>
  );
}

/** Only where it is known: calls that began while their terminal was looked at. */
function ShowInTerminal({ session, call }: { session: string; call: string }) {
  const live = useLiveTerminal(session);
  if (live?.marks.has(call) !== true) return null;
  return (
    <Button
      onClick={() => {
        const colour = getComputedStyle(document.documentElement).getPropertyValue("--accent-tint").trim();
        if (live.marks.reveal(call, colour)) selectCall(undefined);
      }}
    >
      <SquareTerminal aria-hidden size={14} strokeWidth={1.75} />
      Show in terminal
    </Button>
  );
}
