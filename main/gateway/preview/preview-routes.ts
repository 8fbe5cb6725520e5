/** Serves `/api/v1/sessions/{id}/previews`: what a session exposes, and who may enter. */
import type { Context } from "hono";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import type { PreviewCheck } from "../../../shared/protocol/preview-api.ts";
import { answer } from "../http/answer.ts";
import { handlers } from "../http/router.ts";
import { grantAddress } from "./grant-address.ts";
import type { PreviewAccess } from "./preview-access.ts";
import type { PreviewNames } from "./preview-names.ts";
import type { Previews } from "./previews.ts";

export interface PreviewRoutesContext {
  previews: Previews;
  access: PreviewAccess;
  names: PreviewNames;
  check: (session: string, port: number, path: string) => Promise<Result<PreviewCheck>>;
}

export function previewRoutes({ previews, access, names, check }: PreviewRoutesContext) {
  /** The session and port of the path, where that port is exposed. */
  function addressed(context: Context): Result<{ session: string; port: number; origin: string }> {
    const session = context.req.param("id") ?? "";
    const port = Number(context.req.param("port"));
    const list = previews.list(session);
    if (!list.ok) return list;
    const origin = names.origin({ session, port });
    return list.value.some((view) => view.port === port) && origin !== undefined
      ? ok({ session, port, origin })
      : failed("not-exposed", `Port ${String(context.req.param("port")).slice(0, 5)} is not exposed.`);
  }

  return handlers({
    "GET /api/v1/sessions/:id/previews": (context) => {
      const list = previews.list(context.req.param("id"));
      return answer(context, list.ok ? ok({ previews: list.value }) : list);
    },
    "POST /api/v1/sessions/:id/previews": async (context, body) =>
      answer(context, await previews.expose(context.req.param("id"), body), 201),
    "DELETE /api/v1/sessions/:id/previews/:port": async (context) => {
      const address = addressed(context);
      if (!address.ok) return answer(context, address);
      const { session, port } = address.value;
      const done = await previews.withdraw(session, port);
      if (done.ok) access.end((entry) => entry.session === session && entry.port === port);
      return answer(context, done);
    },
    "GET /api/v1/sessions/:id/previews/:port/check": async (context) => {
      const address = addressed(context);
      if (!address.ok) return answer(context, address);
      const { session, port } = address.value;
      return answer(context, await check(session, port, context.req.query("path") ?? "/"));
    },
    "POST /api/v1/sessions/:id/previews/:port/grant": (context, body) => {
      const address = addressed(context);
      if (!address.ok) return answer(context, address);
      const { session, port, origin } = address.value;
      const { code, expiresAt } = access.grant({ session, port }, context.env.identity);
      const expires_at = new Date(expiresAt).toISOString();
      return answer(context, ok({ url: grantAddress(origin, code, body.path), expires_at }), 201);
    },
    "GET /api/v1/sessions/:id/previews/:port/shares": (context) => {
      const address = addressed(context);
      return answer(
        context,
        address.ok ? ok({ shares: access.shares(address.value.session, address.value.port) }) : address,
      );
    },
    "POST /api/v1/sessions/:id/previews/:port/shares": (context, body) => {
      const address = addressed(context);
      if (!address.ok) return answer(context, address);
      const { session, port, origin } = address.value;
      const { view, token, digits } = access.share({ session, port }, context.env.identity, body);
      const secret = { url: `${origin}/.signalbox/share/${token}`, ...(digits === undefined ? {} : { digits }) };
      return answer(context, ok({ ...view, ...secret }), 201);
    },
    "DELETE /api/v1/sessions/:id/previews/:port/shares/:share": (context) => {
      const address = addressed(context);
      if (!address.ok) return answer(context, address);
      const done = access.endShare(address.value.session, context.req.param("share"));
      return answer(context, done ? ok(undefined) : failed("no-such-share", "There is no such link."));
    },
  });
}
