/** Owns `signalbox open <link>`: a session's link, followed in the app that runs or in a browser. */
import { linkPath, parseDeepLink } from "../../../shared/links/deep-link.ts";
import { faultBodySchema } from "../../../shared/protocol/fault.ts";
import { pairingResponseSchema } from "../../../shared/protocol/gateway-api.ts";
import { parseJson, z } from "../../../shared/protocol/schema.ts";
import { homeFolder } from "../../home/home-folder.ts";
import { ownerToken } from "../../home/secrets.ts";
import { runningGateway } from "../gateway-file.ts";
import { openBrowser } from "../open-browser.ts";

const deliverySchema = z.object({ delivered: z.boolean() });

/** Opens an address in the person's browser and gives whether that was begun. */
type Opener = (url: string) => Promise<boolean>;

/**
 * Gives the exit code: 2 for anything but a valid link, 1 when no gateway runs. A desktop window follows it; without
 * one, the browser is sent to the page with a code that signs it in once; without that, the address is printed.
 */
export async function openLink(
  link: string,
  options: { home?: string },
  open: Opener = (url) => openBrowser(url, process.env),
): Promise<number> {
  const target = parseDeepLink(link);
  if (target === undefined) {
    console.error("signalbox: a link reads signalbox://session/<id> or signalbox://session/<id>/call/<call>.");
    return 2;
  }
  const home = homeFolder(options.home);
  const gateway = await runningGateway(home);
  if (gateway === undefined) {
    console.error("signalbox: no gateway runs for this home. Start one with `signalbox serve`.");
    return 1;
  }
  const ask = (path: string, body: object) =>
    fetch(gateway.base + path, {
      method: "POST",
      redirect: "manual",
      headers: { authorization: `Bearer ${ownerToken(home)}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const path = linkPath(target);
  const delivery = parseJson(deliverySchema, await (await ask("/api/v1/open", { path })).text());
  if (delivery.ok && delivery.value.delivered) return 0;
  const response = await ask("/api/v1/pairing", {});
  const text = await response.text();
  const pairing = parseJson(pairingResponseSchema, text);
  if (!pairing.ok) {
    const told = parseJson(faultBodySchema, text);
    console.error(`signalbox: ${told.ok ? told.value.error.message : `the gateway answered ${response.status}`}`);
    return 1;
  }
  const address = `${gateway.base}${path}#pair=${pairing.value.link_code}`;
  if (!(await open(address))) console.log(address);
  return 0;
}
