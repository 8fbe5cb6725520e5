/** What the daemon keeps in its home folder, opened together: a home that cannot be trusted gives one fault. */

import { join } from "node:path";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { reasonOf } from "../../shared/text/reason-of.ts";
import type { Log } from "../home/create-log.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { daemonKey } from "../home/secrets.ts";
import { type ClientTokens, openClientTokens } from "./clients/client-tokens.ts";
import { type InboxStore, openInboxStore } from "./inbox/inbox-store.ts";
import { type OutboxStore, openOutboxStore } from "./outbox/outbox-store.ts";
import { createSessionNumbers, type SessionNumbers } from "./sessions/session-numbers.ts";
import type { SessionStore } from "./sessions/session-store.ts";
import { openSqliteSessionStore } from "./sessions/sqlite-session-store.ts";
import { type DaemonSettingsStore, openDaemonSettings } from "./settings/daemon-settings-store.ts";
import { openToolSettings, type ToolSettingsStore } from "./settings/tool-settings-store.ts";
import { type KnownStore, openKnownStore } from "./upstream/catalogue/known-store.ts";
import { openSecretStore, type SecretStore } from "./upstream/config/secret-store.ts";
import { type OAuthStore, openOAuthStore } from "./upstream/oauth/oauth-store.ts";

export interface OpenHome {
  /** Proves the daemon to the gateway, and the gateway to the daemon. */
  key: string;
  store: SecretStore;
  settings: ToolSettingsStore;
  own: DaemonSettingsStore;
  outbox: OutboxStore;
  oauth: OAuthStore;
  sessions: SessionStore;
  numbers: SessionNumbers;
  known: KnownStore;
  inbox: InboxStore;
  clients: ClientTokens;
}

/** Fault: `home-unusable`. */
export function openHome(home: HomeFolder, log: Log): Result<OpenHome> {
  const setAside = (file: string, what: string) => (aside: string) =>
    log.error({ file, aside }, `${file} was damaged and set aside: ${what}`);
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
      sessions: openSqliteSessionStore(
        join(home.path, "sessions.db"),
        setAside("sessions.db", "agents begin their MCP sessions again"),
      ),
      numbers: createSessionNumbers({
        path: join(home.path, "numbers.db"),
        onSetAside: setAside("numbers.db", "sessions of earlier runs continue with higher numbers"),
        onTrouble: (error) => log.error({ error }, "the numbers of events cannot be reserved on the disk"),
      }),
      known: openKnownStore(
        join(home.path, "known-servers.db"),
        setAside("known-servers.db", "tools count as seen for the first time"),
      ),
      inbox: openInboxStore(
        join(home.path, "inbox.db"),
        setAside("inbox.db", "questions that waited in it are asked again by their agents"),
      ),
      clients: openClientTokens(join(home.path, "client-tokens.json")),
      outbox: openOutboxStore(join(home.path, "outbox.db"), {
        onSetAside: setAside("outbox.db", "writes that waited in it are not delivered"),
      }),
    });
  } catch (error) {
    return failed("home-unusable", reasonOf(error));
  }
}
