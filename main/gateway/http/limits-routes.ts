/** Owns the routes of how long history is kept. */
import { Hono } from "hono";
import { historyLimitsSchema } from "../../../shared/protocol/gateway-api.ts";
import type { GatewayParts } from "../gateway-parts.ts";
import { historyLimits, journalLimits, setHistoryLimits } from "../settings.ts";
import { answer, readBody } from "./answer.ts";

export function limitsRoutes({ home, journal }: GatewayParts): Hono {
  const app = new Hono();
  app.get("/history-limits", (context) => answer(context, historyLimits(home)));
  app.put("/history-limits", async (context) => {
    const body = await readBody(context, historyLimitsSchema);
    const set = body.ok ? setHistoryLimits(home, body.value) : body;
    if (set.ok) journal.setLimits(journalLimits(set.value));
    return answer(context, set);
  });
  return app;
}
