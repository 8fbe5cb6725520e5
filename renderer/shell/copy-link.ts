/** Copies the link to a session or a call that opens where it was copied: the app's own scheme in the app, http in a browser. */
import { deepLink, type LinkTarget, linkPath } from "../../shared/links/deep-link.ts";
import type { Host } from "../host/host.ts";
import { copyText } from "./actions.ts";

export const linkTo = (host: Pick<Host, "kind">, target: LinkTarget): string =>
  host.kind === "desktop" ? deepLink(target) : location.origin + linkPath(target);

export const copyLink = (host: Pick<Host, "kind">, target: LinkTarget): void =>
  void copyText(linkTo(host, target), "Link");
