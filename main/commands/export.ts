/** `signalbox export <session>`: the history of a session on standard output, from the running gateway. */
import { once } from "node:events";
import { faultBodySchema } from "../../shared/protocol/fault.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { runningGateway } from "../gateway/gateway-file.ts";
import { homeFolder } from "../home/home-folder.ts";
import { complain } from "../home/say.ts";
import { ownerToken } from "../home/secrets.ts";

/** Gives the exit code: 1 when no gateway runs, or when it does not have the session; 2 for a format that there is not. */
export async function exportSession(session: string, options: { home?: string; format: string }): Promise<number> {
  const home = homeFolder(options.home);
  const gateway = await runningGateway(home);
  if (gateway === undefined) {
    complain("no gateway runs for this home. Start one with `signalbox serve`.");
    return 1;
  }
  const address = `${gateway.base}/api/v1/sessions/${encodeURIComponent(session)}/export?format=${encodeURIComponent(options.format)}`;
  const response = await fetch(address, {
    redirect: "manual",
    headers: { authorization: `Bearer ${ownerToken(home)}` },
  });
  if (!response.ok || response.body === null) {
    const told = parseJson(faultBodySchema, await response.text());
    const { message, hint } = told.ok ? told.value.error : { message: `the gateway answered ${response.status}` };
    complain(hint === undefined ? message : `${message}\n${hint}`);
    return told.ok && told.value.error.code === "unknown-format" ? 2 : 1;
  }
  for await (const chunk of response.body) {
    if (!process.stdout.write(chunk)) await once(process.stdout, "drain");
  }
  return 0;
}
