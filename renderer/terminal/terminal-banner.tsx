/** Owns what is said above a terminal that has ended, failed or lost its connection. */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { formatMinute } from "../activity/elapsed.ts";
import { Button } from "../parts/button.tsx";
import { Banner } from "../parts/notice.tsx";
import { copyText, restartSession } from "../shell/actions.ts";
import { retryText } from "../shell/daemon-text.ts";
import { useServices } from "../shell/services.ts";
import { useApp, useWatching } from "../stores/app-store.ts";
import { useNow } from "../stores/clock.ts";
import type { TerminalStatus } from "./live-terminal.ts";

export function TerminalBanner({ session, status }: { session: SessionView; status: TerminalStatus | undefined }) {
  const services = useServices();
  const link = status?.link;
  const waiting = link?.state === "waiting";
  const now = useNow("fast", waiting) - useApp((store) => store.clockOffset);
  const watching = useWatching();
  const restart = watching ? undefined : (
    <>
      {session.resumable === true && (
        <Button onClick={() => void restartSession(services, session.id, true)}>Resume</Button>
      )}
      <Button onClick={() => void restartSession(services, session.id)}>Restart</Button>
    </>
  );

  if (link?.state === "waiting") {
    return (
      <Banner tone="warn" actions={<Button onClick={services.reconnectNow}>Reconnect now</Button>}>
        Disconnected at {formatMinute(new Date(link.since).toISOString())}. {retryText(link.retryAt, now)}
        {(status?.refused ?? 0) > 0 && " What you type isn't sent."}
      </Banner>
    );
  }
  if (watching && (status?.refused ?? 0) > 0) {
    return <Banner tone="warn">This device may only watch: what you type isn't sent.</Banner>;
  }
  const reason = terminalFailure(session, status);
  if (reason !== undefined) {
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
        Couldn't start a terminal: {reason}
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

function terminalFailure(session: SessionView, status: TerminalStatus | undefined): string | undefined {
  if (session.terminal.state === "failed") return sentence(session.terminal.reason ?? "no reason was given");
  return status?.error === undefined ? undefined : sentence(status.error.message);
}

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
