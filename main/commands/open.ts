/** `signalbox open <link>`: a session's link, followed in the app that runs or in a browser. */
import { linkPath, parseDeepLink } from "../../shared/links/deep-link.ts";
import { faultBodySchema } from "../../shared/protocol/fault.ts";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import { runningGateway } from "../gateway/gateway-file.ts";
import { openBrowser } from "../gateway/open-browser.ts";
import { homeFolder } from "../home/home-folder.ts";
import { complain, say } from "../home/say.ts";
import { ownerToken } from "../home/secrets.ts";

const deliverySchema = z.object({
  delivered: z.boolean(),
  address: z.string().optional(),
  page: z.string().optional(),
});

/** Opens a file in the person's browser and gives whether that was begun. */
type Opener = (file: string) => Promise<boolean>;

/**
 * Gives the exit code: 2 for anything but a valid link, 1 when no gateway runs. A desktop window follows it; without
 * one, the browser opens a private file that leads it there and signs it in once; without that, the address is printed.
 */
export async function openLink(
  link: string,
  options: { home?: string },
  open: Opener = (file) => openBrowser(file, process.env),
): Promise<number> {
  const target = parseDeepLink(link);
  if (target === undefined) {
    complain("a link reads signalbox://session/<id>, …/call/<call> or …/preview/<port>.");
    return 2;
  }
  const home = homeFolder(options.home);
  const gateway = await runningGateway(home);
  if (gateway === undefined) {
    complain("no gateway runs for this home. Start one with `signalbox serve`.");
    return 1;
  }
  const response = await fetch(`${gateway.base}/api/v1/open`, {
    method: "POST",
    redirect: "manual",
    headers: { authorization: `Bearer ${ownerToken(home)}`, "content-type": "application/json" },
    body: JSON.stringify({ path: linkPath(target), page: true }),
  });
  const text = await response.text();
  const delivery = parseJson(deliverySchema, text);
  if (!delivery.ok || !response.ok) {
    const refused = parseJson(faultBodySchema, text);
    complain(refused.ok ? refused.value.error.message : `the gateway answered ${response.status}`);
    return 1;
  }
  const { delivered, address, page } = delivery.value;
  if (delivered || address === undefined || page === undefined) return 0;
  if (!(await open(page))) say(address);
  // A browser may be set up so that it reads no file of ours.
  else if (process.stdout.isTTY) say(`If no page appears, open ${address}`);
  return 0;
}
