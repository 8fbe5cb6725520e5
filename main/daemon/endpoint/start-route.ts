/** `POST /session/start`: a session with its program, planned on this machine for whoever asks from another one. */
import type { Hono } from "hono";
import { fault } from "../../../shared/protocol/fault.ts";
import { startSessionRequestSchema } from "../../../shared/protocol/start-session-api.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import type { StartHere } from "../start-here.ts";
import { type Env, readJson, refuse } from "./route-kit.ts";

export function addStartRoute(app: Hono<Env>, start: StartHere): void {
  app.post("/session/start", async (c) => {
    const request = await readJson(c, startSessionRequestSchema);
    if (!request.ok) return request.response;
    try {
      const started = await start(request.value);
      return started.ok
        ? c.json(started.value, 201)
        : refuse(c, started.fault.code === "daemon-ending" ? 503 : 400, started.fault);
    } catch (error) {
      return refuse(c, 500, fault("internal", `The session could not be started: ${reasonOf(error)}`));
    }
  });
}
