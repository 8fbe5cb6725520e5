/** What can be done with one call, at the foot of its detail: copy it in its forms, find it in the terminal. */
import { CircleStop, ClipboardPaste, Copy, Download, FileText, SquareTerminal, Terminal } from "lucide-react";
import { type Call, isStoppable } from "../../shared/events/call.ts";
import { Button } from "../parts/button.tsx";
import { copyText, stopCall } from "../shell/actions.ts";
import { saveFile } from "../shell/export-session.ts";
import { useServices } from "../shell/services.ts";
import { useApp, useWatching } from "../stores/app-store.ts";
import { toastFault } from "../stores/toasts.ts";
import { selectCall } from "../stores/view-store.ts";
import { useLiveTerminal } from "../terminal/terminal-view.tsx";
import styles from "./call-foot.module.css";
import { callJson, callMarkdown, copyCurl } from "./copy-call.ts";
import { lateResultText } from "./late-result.ts";

/** `http`: its server is reached over HTTP. */
export function CallFoot({ session, call, http }: { session: string; call: Call; http: boolean }) {
  return (
    <footer className={styles.foot}>
      <StopCall session={session} call={call} />
      <Button onClick={() => void copyText(callJson(call), "Call")}>
        <Copy aria-hidden size={14} strokeWidth={1.75} />
        Copy as JSON
      </Button>
      <Button onClick={() => void copyText(callMarkdown(call), "Call")}>
        <FileText aria-hidden size={14} strokeWidth={1.75} />
        Copy as Markdown
      </Button>
      <Button onClick={() => saveFile(new Blob([callJson(call)], { type: "application/json" }), call.tool, "json")}>
        <Download aria-hidden size={14} strokeWidth={1.75} />
        Save as file
      </Button>
      {http && call.args !== undefined && <CopyCurl call={call} />}
      <HandToAgent session={session} call={call} />
      <ShowInTerminal session={session} call={call} />
    </footer>
  );
}

/** Of a call at a server: what an agent does itself ends with the agent's own keys. */
function StopCall({ session, call }: { session: string; call: Call }) {
  const services = useServices();
  const watching = useWatching();
  if (watching || !isStoppable(call)) return null;
  return (
    <Button
      title="Tells the server to stop, and the agent that you did it."
      onClick={() => void stopCall(services, session, call.id)}
    >
      <CircleStop aria-hidden size={14} strokeWidth={1.75} />
      Stop call
    </Button>
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

/** A result that came after its agent had stopped waiting: put into the agent's prompt, for the person to send. */
function HandToAgent({ session, call }: { session: string; call: Call }) {
  const live = useLiveTerminal(session);
  const watching = useWatching();
  const running = useApp((store) => store.app?.sessions.find(({ id }) => id === session)?.terminal.state === "running");
  const text = lateResultText(call);
  if (text === undefined || live === undefined || watching || !running) return null;
  return (
    <Button
      title="Puts the result into the prompt of the agent's terminal. You press Enter."
      onClick={() => {
        live.paste(text);
        selectCall(undefined);
        live.focus();
      }}
    >
      <ClipboardPaste aria-hidden size={14} strokeWidth={1.75} />
      Hand the result to the agent
    </Button>
  );
}

/** Only where the daemon said where in the output the call began; others say nothing of a terminal. */
function ShowInTerminal({ session, call }: { session: string; call: Call }) {
  const live = useLiveTerminal(session);
  if (call.offset === undefined || live === undefined) return null;
  return (
    <Button
      onClick={() => {
        const colour = getComputedStyle(document.documentElement).getPropertyValue("--accent-tint").trim();
        if (live.marks.reveal(call, colour)) selectCall(undefined);
        else toastFault(LINE_GONE);
      }}
    >
      <SquareTerminal aria-hidden size={14} strokeWidth={1.75} />
      Show in terminal
    </Button>
  );
}

const LINE_GONE = {
  code: "line-gone",
  message: "The line in which this call began isn't in the terminal any more.",
  hint: "It has left the scrollback, the program uses the whole screen, or the terminal is a new one. The session's exports mark where each call began.",
};
