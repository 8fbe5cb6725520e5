/** The note that the desktop app runs without Chromium's sandbox: shown until its person has read it, once for as long as that lasts. */
import { useEffect, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Banner } from "../parts/notice.tsx";
import { changeSettings, useSettings } from "../stores/settings-store.ts";
import { useServices } from "./services.ts";

/** Undefined until it is known. */
export function useSandboxed(): boolean | undefined {
  const { host } = useServices();
  const [sandboxed, setSandboxed] = useState<boolean>();
  useEffect(() => {
    let gone = false;
    // A shell of another version may not know the question.
    void host.sandboxed().then(
      (answer) => !gone && setSandboxed(answer),
      () => {},
    );
    return () => {
      gone = true;
    };
  }, [host]);
  return sandboxed;
}

export function SandboxNote() {
  const { host } = useServices();
  const sandboxed = useSandboxed();
  const known = useSettings((settings) => settings.knowsUnsandboxed);
  useEffect(() => {
    // The next start without it is news again.
    if (sandboxed === true && known) changeSettings({ knowsUnsandboxed: false });
  }, [sandboxed, known]);
  // A browser's page has no such note: an empty region would only stand in the way of the one that speaks.
  if (host === undefined) return null;
  return (
    <div role="status">
      {sandboxed === false && !known && (
        <Banner tone="warn" actions={<Button onClick={() => changeSettings({ knowsUnsandboxed: true })}>OK</Button>}>
          Signalbox was started with --no-sandbox: without Chromium's sandbox, a flaw in Chromium gives its page all
          that you may do on this computer. Start it without that word. Where it does not start then, the .deb package
          brings what the sandbox needs.
        </Banner>
      )}
    </div>
  );
}
