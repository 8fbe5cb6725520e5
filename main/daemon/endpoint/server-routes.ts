/** The routes about upstream servers, the secrets that they use, kept writes and settings. */
import type { Hono } from "hono";
import { testServerRequestSchema } from "../../../shared/protocol/daemon-api.ts";
import { daemonSettingsSchema } from "../../../shared/protocol/daemon-settings.ts";
import { fault } from "../../../shared/protocol/fault.ts";
import { z } from "../../../shared/protocol/schema.ts";
import { toolSettingsRequestSchema } from "../../../shared/protocol/tool-settings.ts";
import { REDACTED } from "../../../shared/text/redact.ts";
import { type DaemonOutbox, entryView } from "../outbox/daemon-outbox.ts";
import type { DaemonSettingsStore } from "../settings/daemon-settings-store.ts";
import type { ToolSettingsStore } from "../settings/tool-settings-store.ts";
import { readServerConfig } from "../upstream/config/read-servers-file.ts";
import type { SecretStore } from "../upstream/config/secret-store.ts";
import type { UpstreamServers } from "../upstream/upstream-servers.ts";
import { type Ctx, type Env, readJson, refuse } from "./route-kit.ts";

const secretRequestSchema = z.object({ value: z.string().min(1).max(16_384) });

export interface ServerRoutesContext {
  servers: UpstreamServers;
  store: SecretStore;
  settings: ToolSettingsStore;
  /** The daemon's own. */
  own: DaemonSettingsStore;
  outbox: DaemonOutbox;
  /** Outbox files that were damaged and set aside. */
  damagedOutboxes: () => string[];
}

export function addServerRoutes(app: Hono<Env>, context: ServerRoutesContext): void {
  const { servers, store, settings, own, outbox, damagedOutboxes } = context;
  const noServer = (c: Ctx) =>
    refuse(c, 404, fault("no-such-server", "No server of this name is configured and enabled."));

  app.get("/servers", (c) => c.json(servers.view()));
  app.post("/servers/test", async (c) => {
    // The kind of server is decided first, so that the reason names the field that is wrong.
    const request = await readJson(c, testServerRequestSchema);
    if (!request.ok) return request.response;
    const { name, config } = request.value;
    const checked = readServerConfig(config);
    if (!checked.ok) return refuse(c, 400, fault("bad-server", `This server cannot be used: ${checked.reason}`));
    return c.json(await servers.test(name ?? "test", checked.value));
  });
  app.post("/servers/:name/restart", (c) => (servers.restart(c.req.param("name")) ? c.body(null, 202) : noServer(c)));
  app.post("/servers/:name/accept", (c) => (servers.accept(c.req.param("name")) ? c.body(null, 204) : noServer(c)));
  app.get("/servers/:name/log", (c) => {
    const text = servers.log(c.req.param("name"));
    return text === undefined ? noServer(c) : c.json({ text });
  });

  const noEntry = (c: Ctx) =>
    refuse(c, 404, fault("no-such-entry", "No such write waits, or it is being sent at this moment."));
  app.get("/outbox", (c) => {
    const damaged = damagedOutboxes();
    return c.json({
      entries: outbox.list().map((entry) => entryView(entry, servers.secrets())),
      ...(damaged.length > 0 && { damaged }),
    });
  });
  app.get("/outbox/outcomes", (c) =>
    c.json({ outcomes: outbox.untold().map(({ id, session, call, event }) => ({ id, session, call, event })) }),
  );
  app.delete("/outbox/outcomes/:id", (c) => (outbox.took(Number(c.req.param("id"))) ? c.body(null, 204) : noEntry(c)));
  app.post("/outbox/:id/retry", (c) => (outbox.retry(Number(c.req.param("id"))) ? c.body(null, 204) : noEntry(c)));
  app.delete("/outbox/:id", (c) => (outbox.discard(Number(c.req.param("id"))) ? c.body(null, 204) : noEntry(c)));

  app.get("/tool-settings", (c) => c.json(settings.global()));
  app.put("/tool-settings", async (c) => {
    const request = await readJson(c, toolSettingsRequestSchema);
    if (!request.ok) return request.response;
    settings.setGlobal(request.value);
    return c.json(request.value);
  });

  app.get("/settings", (c) => c.json(own.get()));
  app.put("/settings", async (c) => {
    const request = await readJson(c, daemonSettingsSchema);
    if (!request.ok) return request.response;
    own.set(request.value);
    return c.json(request.value);
  });

  app.get("/secrets", (c) => c.json({ names: store.names() }));
  app.put("/secrets/:name", async (c) => {
    const request = await readJson(c, secretRequestSchema);
    if (!request.ok) return request.response;
    if (request.value.value.includes(REDACTED)) {
      return refuse(
        c,
        400,
        fault("mask-without-value", `${REDACTED} is shown for a value, and is none.`, "Write the value."),
      );
    }
    if (store.set(c.req.param("name"), request.value.value)) {
      servers.secretKept(c.req.param("name"));
      return c.body(null, 204);
    }
    return refuse(c, 400, fault("bad-secret", "A secret's name is letters, digits, dot, dash and underscore."));
  });
  app.delete("/secrets/:name", (c) =>
    store.remove(c.req.param("name"))
      ? c.body(null, 204)
      : refuse(c, 404, fault("no-such-secret", "There is no secret of this name.")),
  );
}
