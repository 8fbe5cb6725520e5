/** The middle of the window when no session, or none that exists, is selected. */
import { Eye, Link2Off, SquareTerminal } from "lucide-react";
import { Button } from "../parts/button.tsx";
import { Empty } from "../parts/notice.tsx";
import { startDemoHere } from "../shell/actions.ts";
import { useServices } from "../shell/services.ts";
import { useSessions, useWatching } from "../stores/app-store.ts";
import { openOverlay, selectSession, useView } from "../stores/view-store.ts";

const icon = { "aria-hidden": true, size: 28, strokeWidth: 1.5 } as const;

export function UnknownSession({ id }: { id: string }) {
  return (
    <Empty icon={<Link2Off {...icon} />} text={`Session ${id.slice(0, 4)}… isn't on this computer.`}>
      <Button onClick={showSessions}>Show sessions</Button>
    </Empty>
  );
}

export function BadPath() {
  return (
    <Empty icon={<Link2Off {...icon} />} text="This link leads to nothing that Signalbox has.">
      <Button onClick={showSessions}>Show sessions</Button>
    </Empty>
  );
}

export function NothingSelected() {
  const services = useServices();
  const watching = useWatching();
  const none = useSessions().length === 0;
  if (watching) {
    return (
      <Empty
        icon={<Eye {...icon} />}
        text={none ? "No sessions yet." : "Choose a session to watch."}
        hint="This device has view-only access. Sessions are started on the computer itself."
      />
    );
  }
  return (
    <Empty icon={<SquareTerminal {...icon} />} text="Choose a session, or start one in a folder.">
      <Button kind="primary" onClick={() => openOverlay("new-session")}>
        New session
      </Button>
      <Button onClick={() => void startDemoHere(services)}>Try the demo</Button>
    </Empty>
  );
}

function showSessions(): void {
  selectSession(undefined);
  useView.setState({ sessionsOpen: true, badPath: undefined });
  history.replaceState(null, "", "/");
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-region="sessions"] [tabindex="0"]')?.focus());
}
