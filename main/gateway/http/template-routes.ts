/** Owns the routes of the agents that people add themselves. */
import { Hono } from "hono";
import { agentTemplatesSchema } from "../../../shared/protocol/agent-templates.ts";
import { readTemplates, writeTemplates } from "../../agents/templates.ts";
import type { GatewayParts } from "../gateway-parts.ts";
import { answer, readBody } from "./answer.ts";

export function templateRoutes({ home }: GatewayParts): Hono {
  const app = new Hono();
  app.get("/agent-templates", (context) => answer(context, readTemplates(home)));
  app.put("/agent-templates", async (context) => {
    const body = await readBody(context, agentTemplatesSchema);
    return answer(context, body.ok ? writeTemplates(home, body.value) : body);
  });
  return app;
}
