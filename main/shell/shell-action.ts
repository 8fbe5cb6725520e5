/** What a person can ask of the app outside its page: from the tray, the app menu, a notice. */
import type { HostCommand } from "../../shared/protocol/host-bridge.ts";

export type ShellAction =
  | { do: "show" }
  | { do: "open-session"; session: string }
  /** An entry of the inbox. */
  | { do: "open-entry"; entry: string }
  | { do: "refuse-entry"; entry: string }
  | { do: "command"; command: HostCommand }
  | { do: "pause-notices" }
  | { do: "resume-notices" }
  | { do: "restart-daemon" }
  | { do: "install-update" }
  | { do: "open-address"; url: string }
  | { do: "quit" };
