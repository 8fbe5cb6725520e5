/** Owns what the daemon keeps in its home folder, opened together: a home that cannot be trusted gives one fault. */
import { join } from "node:path";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import type { Log } from "../home/create-log.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { daemonKey } from "../home/secrets.ts";
import { type OutboxStore, openOutboxStore } from "./outbox/outbox-store.ts";
import type { SessionStore } from "./sessions/session-store.ts";
import { openSqliteSessionStore } from "./sessions/sqlite-session-store.ts";
import { type DaemonSettingsStore, openDaemonSettings } from "./settings/daemon-settings-store.ts";
import { openToolSettings, type ToolSettingsStore } from "./settings/tool-settings-store.ts";
import { type KnownStore, openKnownStore } from "./upstream/known-store.ts";
import { type OAuthStore, openOAuthStore } from "./upstream/oauth/oauth-store.ts";
import { openSecretStore, type SecretStore } from "./upstream/secret-store.ts";

export interface OpenHome {
  /** Proves the daemon to the gateway, and the gateway to the daemon. */
  key: string;
  store: SecretStore;
  settings: ToolSettingsStore;
  own: DaemonSettingsStore;
  outbox: OutboxStore;
  oauth: OAuthStore;
  sessions: SessionStore;
  known: KnownStore;
}

/** Fault: `home-unusable`. */
export function openHome(home: HomeFolder, log: Log): Result<OpenHome> {
  try {
    return ok({
      key: daemonKey(home),
      store: openSecretStore(join(home.path, "secrets.json")),
      settings: openToolSettings(
        join(home.path, "tool-settings.json"),
        join(home.path, "session-tools.json"),
        (sentence) => log.warn(sentence),
      ),
      own: openDaemonSettings(join(home.path, "daemon-settings.json")),
      oauth: openOAuthStore(join(home.path, "oauth.json")),
      sessions: openSqliteSessionStore(join(home.path, "sessions.db")),
      known: openKnownStore(join(home.path, "known-servers.db")),
      outbox: openOutboxStore(join(home.path, "outbox.db")),
    });
  } catch (error) {
    return failed("home-unusable", error instanceof Error ? error.message : String(error));
  }
}
