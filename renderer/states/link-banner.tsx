/** Says across the window that the page itself has lost the gateway, or was built by another version. */
import { oneLine } from "../../shared/text/visible.ts";
import { formatMinute } from "../activity/elapsed.ts";
import { Button } from "../parts/button.tsx";
import { Banner } from "../parts/notice.tsx";
import { retryText } from "../shell/daemon-text.ts";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import { useNow } from "../stores/clock.ts";

declare const __SIGNALBOX_VERSION__: string;

export function LinkBanner() {
  const { reconnectNow } = useServices();
  const link = useApp((store) => store.link);
  const offset = useApp((store) => store.clockOffset);
  const theirs = useApp((store) => store.app?.version);
  const now = useNow("fast", link.state === "waiting") - offset;
  if (link.state === "waiting" || (link.state === "connecting" && link.since !== undefined)) {
    return (
      <Banner tone="warn" actions={<Button onClick={reconnectNow}>Reconnect now</Button>}>
        {link.state === "waiting" && link.stranger === true
          ? "What answers at this address can't prove that it is your Signalbox, so nothing is sent to it."
          : `Signalbox's gateway stopped answering at ${formatMinute(new Date(link.since ?? 0).toISOString())}.`}{" "}
        {retryText(link.state === "waiting" ? link.retryAt : undefined, now)} Agents run without it; what you type here
        isn't sent.
      </Banner>
    );
  }
  if (link.state === "closed") {
    return (
      <Banner tone="bad" actions={<Button onClick={reconnectNow}>Reconnect now</Button>}>
        Signalbox's gateway closed the connection{link.reason === "" ? "" : `: ${oneLine(link.reason, 200)}`}. What is
        shown here no longer changes. Agents run without it; what you type here isn't sent.
      </Banner>
    );
  }
  if (theirs !== undefined && isOther(theirs)) {
    return (
      <Banner tone="quiet" actions={<Button onClick={() => location.reload()}>Reload</Button>}>
        Signalbox was updated to {oneLine(theirs, 40)}. This page is from {__SIGNALBOX_VERSION__}.
      </Banner>
    );
  }
  return null;
}

/** Sources that run unbuilt have no version to compare. */
const isOther = (theirs: string): boolean => theirs !== __SIGNALBOX_VERSION__ && !theirs.endsWith("-source");
