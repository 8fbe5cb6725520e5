/** Says above the activity why nothing reports it: the daemon is not connected, or this session's stream is interrupted. */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { Button } from "../parts/button.tsx";
import { Banner } from "../parts/notice.tsx";
import { retryDaemon, startDaemon } from "../shell/actions.ts";
import { daemonSentence } from "../shell/daemon-text.ts";
import { useServices } from "../shell/services.ts";
import { useApp, useWatching } from "../stores/app-store.ts";
import { useNow } from "../stores/clock.ts";
import { openOverlay } from "../stores/view-store.ts";
import { MismatchBanner } from "./mismatch-banner.tsx";
import { useSaidOf } from "./use-what-is-said.ts";

/** While the gateway itself is gone nothing is known of the daemon: the window says so. */
export function DaemonBanner({ session }: { session: SessionView }) {
  const { said, reachable } = useSaidOf(session);
  if (said.activity === "daemon") return <DaemonState terminalWorks={reachable} />;
  if (said.activity === "stream")
    return (
      <Banner tone="warn">The stream of this session's tool activity is interrupted. It resumes without you.</Banner>
    );
  return null;
}

function DaemonState({ terminalWorks }: { terminalWorks: boolean }) {
  const services = useServices();
  const daemon = useApp((store) => store.app?.daemon);
  const lost = daemon?.state === "lost";
  const now = useNow("fast", lost);
  const watching = useWatching();
  if (daemon === undefined || daemon.state === "connected") return null;
  const text = daemonSentence(daemon, now, terminalWorks);
  if (watching) return <Banner tone={daemon.state === "refused" ? "bad" : "warn"}>{text}</Banner>;
  switch (daemon.state) {
    case "searching":
    case "starting":
      return <Banner tone="quiet">{text}</Banner>;
    case "lost":
      return (
        <Banner tone="warn" actions={<Button onClick={() => void retryDaemon(services)}>Reconnect now</Button>}>
          {text}
        </Banner>
      );
    case "none":
      return (
        <Banner
          tone="warn"
          actions={
            <>
              <Button onClick={() => void retryDaemon(services)}>Retry</Button>
              <Button onClick={() => void startDaemon(services)}>Start built-in daemon</Button>
            </>
          }
        >
          {text}
        </Banner>
      );
    case "refused":
      return (
        <Banner tone="bad" actions={<Button onClick={() => openOverlay("settings", "daemon")}>Open settings</Button>}>
          {text}
        </Banner>
      );
    case "mismatch":
      return <MismatchBanner text={text} />;
  }
}
