/** The question whether a program may put a text into the clipboard, with that text. */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { Banner } from "../parts/notice.tsx";
import { openOverlay } from "../stores/view-store.ts";
import type { LiveTerminal, TerminalStatus } from "./live-terminal.ts";

interface OfferProps {
  session: SessionView;
  live: LiveTerminal | undefined;
  text: string | undefined;
  dropped: TerminalStatus["clipboardDropped"];
}

export function ClipboardOffer({ session, live, text, dropped }: OfferProps) {
  return (
    <div role="status">
      {text === undefined && dropped !== undefined && (
        <Banner
          tone="warn"
          actions={
            <>
              {dropped === "off" && <Button onClick={() => openOverlay("settings", "terminal")}>Settings</Button>}
              <Button onClick={() => live?.dismissDropped()}>Dismiss</Button>
            </>
          }
        >
          {oneLine(session.agent_name, 60)} wanted to copy to the clipboard, and nothing was copied:{" "}
          {dropped === "off" ? "Settings → Terminal has that off." : "it was no text, or more than 768 KB."} This is
          said once.
        </Banner>
      )}
      {text !== undefined && (
        <Banner
          tone="warn"
          actions={
            <>
              <Button onClick={() => live?.decideClipboard(true)}>Copy</Button>
              <Button onClick={() => live?.decideClipboard(false)}>Don't copy</Button>
            </>
          }
        >
          {oneLine(session.agent_name, 60)} wants to copy {sizeOf(text)} to the clipboard: “{oneLine(text, 120)}”.
          Settings → Terminal decides whether you are asked.
        </Banner>
      )}
    </div>
  );
}

function sizeOf(text: string): string {
  const lines = text.split("\n").length;
  const characters = text.length === 1 ? "1 character" : `${text.length.toLocaleString("en")} characters`;
  return lines === 1 ? characters : `${characters} in ${lines} lines`;
}
