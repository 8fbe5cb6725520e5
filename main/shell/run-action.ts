/** Carries out what a person asks of the app outside its page. */
import { entryPath, linkPath } from "../../shared/links/deep-link.ts";
import { HOST_NOTICES } from "../../shared/protocol/host-bridge.ts";
import type { ElectronApi } from "./electron-api.ts";
import { openExternal } from "./links/open-external.ts";
import type { PendingNotices } from "./links/pending-notices.ts";
import type { Quit } from "./quit/run-quit.ts";
import type { LiveSettings } from "./settings/live-settings.ts";
import type { ShellAction } from "./shell-action.ts";

const PAUSE_MS = 60 * 60 * 1000;

export interface ActionParts {
  electron: Pick<ElectronApi, "dialog" | "shell">;
  show: () => void;
  page: PendingNotices;
  settings: LiveSettings;
  quit: Quit;
  installUpdate: () => void;
  /** Refuses an entry of the inbox. */
  refuse: (entry: string) => void;
}

export function runAction(parts: ActionParts, action: ShellAction): void {
  switch (action.do) {
    case "show":
      parts.show();
      break;
    case "open-session":
      parts.show();
      parts.page.push({ channel: HOST_NOTICES.navigate, value: linkPath({ session: action.session }) });
      break;
    case "open-entry":
      parts.show();
      parts.page.push({ channel: HOST_NOTICES.navigate, value: entryPath(action.entry) });
      break;
    case "refuse-entry":
      parts.refuse(action.entry);
      break;
    case "command":
      parts.show();
      parts.page.push({ channel: HOST_NOTICES.command, value: action.command });
      break;
    case "pause-notices":
      parts.settings.pauseNotices(new Date(Date.now() + PAUSE_MS));
      break;
    case "resume-notices":
      parts.settings.pauseNotices(null);
      break;
    case "restart-daemon":
      void parts.quit.restartDaemon();
      break;
    case "install-update":
      parts.installUpdate();
      break;
    case "open-address":
      void openExternal(parts.electron, action.url);
      break;
    case "quit":
      void parts.quit.request(false);
      break;
  }
}
