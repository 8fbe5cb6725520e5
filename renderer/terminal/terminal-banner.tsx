/** Says above a terminal that its program has ended or failed, or that it cannot be reached (states/what-is-said.ts). */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { formatMinute } from "../activity/elapsed.ts";
import type { LinkState } from "../gateway/reconnecting-socket.ts";
import { Button } from "../parts/button.tsx";
import { CodeText } from "../parts/code-text.tsx";
import { Banner } from "../parts/notice.tsx";
import { copyText, restartSession } from "../shell/actions.ts";
import { retryText } from "../shell/daemon-text.ts";
import { useServices } from "../shell/services.ts";
import { useWhatIsSaid } from "../states/use-what-is-said.ts";
import { useApp, useWatching } from "../stores/app-store.ts";
import { useNow } from "../stores/clock.ts";
import { openOverlay } from "../stores/view-store.ts";
import type { TerminalStatus } from "./live-terminal.ts";

export function TerminalBanner({ session, status }: { session: SessionView; status: TerminalStatus | undefined }) {
  const services = useServices();
  const link = status?.link;
  const said = useWhatIsSaid(session, status).terminal;
  const now = useNow("fast", said === "disconnected") - useApp((store) => store.clockOffset);
  const watching = useWatching();
  const restart = watching ? undefined : (
    <>
      {session.resumable === true && (
        <Button onClick={() => void restartSession(services, session.id, true)}>Resume</Button>
      )}
      <Button onClick={() => void restartSession(services, session.id)}>Restart</Button>
      {session.agent !== "demo" && <Button onClick={() => openOverlay("restart", session.id)}>Edit command…</Button>}
    </>
  );

  const refused = (status?.refused ?? 0) > 0 && " What you type isn't sent.";
  if (said === "out-of-reach") {
    return (
      <Banner tone="warn">This terminal can't be reached: the daemon that runs it isn't connected.{refused}</Banner>
    );
  }
  if (said === "disconnected") {
    return (
      <Banner tone="warn" actions={<Button onClick={services.reconnectNow}>Reconnect now</Button>}>
        {disconnectedText(link, now)}
        {refused}
      </Banner>
    );
  }
  if (watching && (status?.refused ?? 0) > 0) {
    return <Banner tone="warn">This device has view-only access: what you type isn't sent.</Banner>;
  }
  if (said === "failed") {
    const reason = terminalFailure(session, status);
    return (
      <Banner
        tone="bad"
        actions={
          <>
            <Button onClick={() => void copyText(details(session, reason), "Details")}>Copy details</Button>
            {restart}
          </>
        }
      >
        Couldn't start a terminal: <CodeText text={reason} />
      </Banner>
    );
  }
  const ended = endText(session, status);
  if (ended === undefined) return null;
  return (
    <Banner tone={ended.bad ? "bad" : "quiet"} actions={restart}>
      {ended.text}
    </Banner>
  );
}

function terminalFailure(session: SessionView, status: TerminalStatus | undefined): string {
  if (session.terminal.state === "failed") return sentence(session.terminal.reason ?? "no reason was given");
  return sentence(status?.error?.message ?? "no reason was given");
}

function disconnectedText(link: LinkState | undefined, now: number): string {
  if (link?.state === "closed") return `The connection to this terminal was closed${reasonOf(link.reason)}.`;
  const since = link !== undefined && "since" in link && link.since !== undefined ? link.since : undefined;
  const at = since === undefined ? "Disconnected." : `Disconnected at ${formatMinute(new Date(since).toISOString())}.`;
  return `${at} ${retryText(link?.state === "waiting" ? link.retryAt : undefined, now)}`;
}

const reasonOf = (reason: string): string => (reason === "" ? "" : `: ${oneLine(reason, 200)}`);

/** "Claude Code exited with code 1." Also for the list's tooltip and the live region. */
export function endText(session: SessionView, status?: TerminalStatus): { text: string; bad: boolean } | undefined {
  const name = oneLine(session.agent_name, 60);
  const { state } = session.terminal;
  if (state === "gone") return { text: `${name} ended with its daemon. Its calls are still here.`, bad: true };
  if (state === "running" || state === "starting") return undefined;
  const exit = status?.exit ?? (state === "exited" ? session.terminal : undefined);
  if (exit === undefined) return undefined;
  if (exit.signal !== null && exit.signal !== undefined)
    return { text: `${name} was ended by ${exit.signal}.`, bad: true };
  return { text: `${name} exited with code ${exit.code ?? "unknown"}.`, bad: exit.code !== 0 };
}

const sentence = (text: string): string => `${oneLine(text, 400).replace(/\.$/, "")}.`;

const details = (session: SessionView, reason: string): string =>
  [
    `Couldn't start a terminal: ${reason}`,
    `Command: ${session.command}`,
    `Folder: ${session.cwd}`,
    `Session: ${session.id}`,
  ].join("\n");
