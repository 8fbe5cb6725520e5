/** `signalbox run <agent> [-- args]`: a session that begins in a normal terminal, shown there and in the app. */
import { constants } from "node:os";
import { join } from "node:path";
import { sessionViewSchema } from "../../shared/protocol/app-frames.ts";
import { type Fault, failed, faultBodySchema, ok, type Result } from "../../shared/protocol/fault.ts";
import { type CreatedSession, createdSessionSchema, type NewSession } from "../../shared/protocol/gateway-api.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { createGateway } from "../gateway/create-gateway.ts";
import { tryCandidate } from "../gateway/discovery/find-daemon.ts";
import { probePatiently } from "../gateway/discovery/probe-health.ts";
import { runningGateway } from "../gateway/gateway-file.ts";
import { createDaemonClient } from "../gateway/link/daemon-client.ts";
import { createLog } from "../home/create-log.ts";
import { type HomeFolder, homeFolder } from "../home/home-folder.ts";
import { complain, say } from "../home/say.ts";
import { daemonKey, ownerToken } from "../home/secrets.ts";
import { reachAddress } from "../wire/reach.ts";
import { attachHere, type Parting } from "./attach-here.ts";
import { newSession } from "./new-session.ts";

export interface RunOptions {
  home?: string;
  label?: string;
  /** The built UI, for a gateway that has to be started. */
  ui: string | null;
}

/** Gives the program's own exit code, 128 and the signal's number when one ended it, 0 when the person left, 128 and the signal's number also when this process was told to end, 1 when nothing could be started. */
export async function run(agent: string, args: string[], options: RunOptions): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    return fail({ code: "no-terminal", message: "`signalbox run` needs a terminal for its input and output." });
  }
  const home = homeFolder(options.home);
  // A terminal may say that it has no size, as one without a window does.
  const { columns = 0, rows = 0 } = process.stdout;
  const wanted: NewSession = {
    ...newSession(agent, args),
    ...(columns >= 2 && rows >= 1 ? { cols: columns, rows } : {}),
    ...(options.label === undefined ? {} : { label: options.label }),
  };
  if (Buffer.byteLength(JSON.stringify(wanted)) > MAX_REQUEST_BYTES) {
    return fail({
      code: "environment-too-large",
      message: "The variables of this shell and the arguments are more than 900,000 bytes together.",
      hint: "Unset what is large: `env | wc -c` says how much there is.",
    });
  }
  const gateway = await reachGateway(home, options.ui);
  if (!gateway.ok) return fail(gateway.fault);
  const { url, token, dispose } = gateway.value;
  try {
    const session = await createSession(url, token, wanted);
    if (!session.ok) return fail(session.fault);
    const { id, links } = session.value;
    const reason = await notStarted(url, token, id);
    if (reason !== undefined) return fail({ code: "terminal-failed", message: reason });
    const direct = await atDaemon(home, id);
    // From here on the gateway may come and go: the app can be opened and closed while this terminal stays.
    if (direct !== undefined) await dispose();
    const place = direct ?? { address: `${url}/ws/terminal?session_id=${encodeURIComponent(id)}`, token };
    return report(await attachHere(place.address, place.token, process.stdin, process.stdout), links.deep);
  } finally {
    await dispose();
  }
}

/** Below what the gateway and the daemon read of one request, 1 MiB. */
const MAX_REQUEST_BYTES = 900_000;

interface Reached {
  url: string;
  token: string;
  /** May be called again. */
  dispose(): Promise<void>;
}

/** The gateway of this home, or one of our own for as long as it takes to start the session. */
async function reachGateway(home: HomeFolder, ui: string | null): Promise<Result<Reached>> {
  const running = await runningGateway(home);
  if (running !== undefined) return ok({ url: running.base, token: ownerToken(home), dispose: async () => {} });
  let secrets: () => readonly string[] = () => [];
  const log = createLog({ name: "gateway", file: join(home.logs, "gateway.log"), secrets: () => secrets() });
  const started = await createGateway({ home, ui, startDaemon: true, log });
  if (!started.ok) return started;
  const { url, token } = started.value;
  secrets = started.value.secrets;
  let ended: Promise<void> | undefined;
  return ok({
    url,
    token,
    dispose() {
      ended ??= started.value.dispose();
      return ended;
    },
  });
}

/** The session's terminal at our own daemon; undefined when its tools are served by another one, which knows it by another id. */
async function atDaemon(home: HomeFolder, id: string): Promise<{ address: string; token: string } | undefined> {
  const token = daemonKey(home);
  const { found } = await tryCandidate({ path: home.discovery, own: true }, token, probePatiently);
  if (found === undefined || found.earlier) return undefined;
  const known = await createDaemonClient(reachAddress(found.base), token).sessions();
  if (!known.ok || !known.value.sessions.some((session) => session.session_id === id)) return undefined;
  return { address: `${found.base}/session/${encodeURIComponent(id)}/terminal`, token };
}

async function createSession(url: string, token: string, body: NewSession): Promise<Result<CreatedSession>> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(`${url}/api/v1/sessions`, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await answer.text();
  const created = answer.ok ? parseJson(createdSessionSchema, text) : undefined;
  if (created?.ok) return ok(created.value);
  const refused = parseJson(faultBodySchema, text);
  return refused.ok
    ? { ok: false, fault: refused.value.error }
    : failed("gateway-error", `The gateway answered with status ${answer.status}.`);
}

/** Why the program could not be started; undefined when it was. */
async function notStarted(url: string, token: string, id: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/v1/sessions/${encodeURIComponent(id)}`, { headers }).catch(() => undefined);
  const view = parseJson(sessionViewSchema, (await answer?.text()) ?? "");
  return view.ok && view.value.terminal.state === "failed" ? view.value.terminal.reason : undefined;
}

function report(parting: Parting, link: string): number {
  if (parting.why === "exited") {
    const [, number = 0] = Object.entries(constants.signals).find(([name]) => name === parting.signal) ?? [];
    return parting.code ?? 128 + number;
  }
  if (parting.why === "left" || parting.why === "told") {
    say(`The session keeps running: ${link}`);
    return parting.why === "left" ? 0 : 128 + constants.signals[parting.signal];
  }
  const hint = `The program keeps running in the daemon: ${link}`;
  return fail({ code: "terminal-lost", message: `The terminal was lost: ${parting.reason}.`, hint });
}

function fail(fault: Fault): number {
  complain(`${fault.message}${fault.hint === undefined ? "" : `\n${fault.hint}`}`);
  return 1;
}
