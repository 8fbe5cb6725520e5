/** Words for a port, as they are shown and read out. */
import type { PortView, PreviewCheck } from "../../shared/protocol/preview-api.ts";
import { oneLine } from "../../shared/text/visible.ts";
import type { DotTone } from "../shell/dot.tsx";

/** "vite · 5173": its label, or its program, then its number. */
export function portName({ label, process, port }: PortView): string {
  const name = label ?? process;
  return name === undefined ? `Port ${port}` : `${oneLine(name, 40)} · ${port}`;
}

export interface Health {
  tone: DotTone;
  text: string;
}

/** What the last look found, else what the daemon says. */
export function healthOf(port: PortView | undefined, check: PreviewCheck | undefined): Health {
  if (check?.health === "down") return { tone: "bad", text: oneLine(check.reason ?? "It does not answer.", 200) };
  if (check?.status !== undefined && check.status >= 500)
    return { tone: "warn", text: `The program answers with status ${check.status}.` };
  if (check?.status !== undefined && check.status >= 400)
    return { tone: "warn", text: `This path answers with status ${check.status}.` };
  if (check?.health === "up") return { tone: "good", text: "The program answers." };
  if (port?.health === "up") return { tone: "good", text: "A program listens." };
  if (port?.health === "down") return { tone: "bad", text: "Nothing listens." };
  return { tone: "idle", text: "Not known yet." };
}
