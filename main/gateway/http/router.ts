/** Serves the routes of the table: each request meets what its row says before its handler, and no row has no handler. */
import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import { type BodyOf, type HandledRoute, type RouteRow, routeRows } from "../../../shared/protocol/routes.ts";
import { refusalOf } from "../auth/identity.ts";
import type { Standing } from "../auth/standing.ts";
import { answer, readBody, refuseWith } from "./answer.ts";

/** A request as a handler sees it. `context.env` says who asks; on the routes that want no token nobody does. */
export type Asked<Path extends string = string> = Context<{ Bindings: HttpBindings & Standing }, Path>;

type PathOf<Name extends string> = Name extends `${string} ${infer Path}` ? Path : never;
type Handler<Name extends HandledRoute> = (
  context: Asked<PathOf<Name>>,
  body: BodyOf<Name>,
) => Response | Promise<Response>;
export type Handlers<Names extends HandledRoute = HandledRoute> = { [Name in Names]: Handler<Name> };

/** Names the handlers of one file; what is missing or is in no row does not compile. */
export const handlers = <Names extends HandledRoute>(made: Handlers<Names>): Handlers<Names> => made;

/** A handler as the router calls it, with the body that its row checked. */
export type AnyHandler = (context: Asked, body: unknown) => Response | Promise<Response>;

/** Adds the routes that `serves` gives a handler for. */
export function addRoutes(app: Hono, serves: (row: RouteRow) => AnyHandler | undefined): Hono {
  for (const row of routeRows) {
    const handle = serves(row);
    if (handle === undefined) continue;
    app.on([row.method], [row.path], (context: Context) => serve(context as Asked, row, handle));
  }
  return app;
}

async function serve(context: Asked, row: RouteRow, handle: AnyHandler): Promise<Response> {
  if (row.needs !== "nothing") {
    const standing: Standing = context.env;
    const refusal = refusalOf(standing.identity, row.needs);
    if (refusal !== undefined) return refuseWith(context, refusal.fault);
    if (row.needs === "view") standing.onlyShows();
    const { again } = standing;
    // Access may have ended, or been narrowed, while a body came.
    standing.again = () => {
      const now = again();
      const late =
        now.accept && now.value.identity !== undefined ? refusalOf(now.value.identity, row.needs) : undefined;
      return late === undefined ? now : { accept: false, refusal: late };
    };
  }
  if (row.body === undefined) return handle(context, undefined);
  const body = await readBody(context, row.body);
  return body.ok ? handle(context, body.value) : answer(context, body);
}
