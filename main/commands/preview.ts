/** Prints an address that lets one browser into a preview of a session: `signalbox preview <session> [port]`. */
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { grantResponseSchema, type PortView, previewViewSchema } from "../../shared/protocol/preview-api.ts";
import { z } from "../../shared/protocol/schema.ts";
import { homeFolder } from "../home/home-folder.ts";
import { complain, say } from "../home/say.ts";
import { type Ask, askGateway } from "./ask-gateway.ts";
import { findSession } from "./find-session.ts";

export interface PreviewCommandOptions {
  home?: string;
  /** Where to begin; `/` when absent. */
  path?: string;
  /** Expose the port first. */
  expose?: boolean;
  json?: boolean;
}

/** Gives the exit code: 1 when no gateway runs, when it has no such session, or when the port is not exposed. */
export async function printPreview(
  wanted: string,
  port: number | undefined,
  options: PreviewCommandOptions,
): Promise<number> {
  const home = homeFolder(options.home);
  const ask = await askGateway(home);
  if (ask === undefined) return 1;
  const found = await find(ask, wanted, port, options);
  if (!found.ok) {
    const { message, hint } = found.fault;
    complain(hint === undefined ? message : `${message}\n${hint}`);
    return 1;
  }
  const { session, at, grant, view } = found.value;
  say(
    options.json === true
      ? JSON.stringify({ ...grant, session: session.id, port: at, preview: view?.url, path_url: view?.path_url })
      : grant.url,
  );
  return 0;
}

async function find(ask: Ask, wanted: string, port: number | undefined, options: PreviewCommandOptions) {
  const session = await findSession(ask, wanted);
  if (!session.ok) return session;
  const chosen = choosePort(session.value.ports ?? [], port);
  if (!chosen.ok) return chosen;
  const at = chosen.value;
  const base = `/api/v1/sessions/${session.value.id}/previews`;
  if (options.expose === true) {
    const exposed = await ask(previewViewSchema, "POST", base, { port: at });
    if (!exposed.ok) return exposed;
  }
  const body = options.path === undefined ? {} : { path: options.path };
  const grant = await ask(grantResponseSchema, "POST", `${base}/${at}/grant`, body);
  if (!grant.ok) {
    return grant.fault.code === "not-exposed"
      ? failed("not-exposed", grant.fault.message, "Add --expose, or expose it in the session's previews.")
      : grant;
  }
  const views = await ask(z.object({ previews: z.array(previewViewSchema) }), "GET", base);
  const view = views.ok ? views.value.previews.find((item) => item.port === at) : undefined;
  return ok({ session: session.value, at, grant: grant.value, view });
}

/** The port that was named; else the one that is exposed, else the one that a program of the session listens on. */
function choosePort(ports: readonly PortView[], wanted: number | undefined): Result<number> {
  if (wanted !== undefined) return ok(wanted);
  const exposed = ports.filter((port) => port.exposed);
  const list = exposed.length > 0 ? exposed : ports;
  const [one, another] = list;
  if (one === undefined) return failed("no-port", "No program of this session listens on a port.", "Name the port.");
  if (another !== undefined)
    return failed(
      "ambiguous",
      "This session has several ports.",
      `Name one: ${list.map(({ port }) => port).join(", ")}`,
    );
  return ok(one.port);
}
