/** The one lie of the double: Chromium does not know our scheme, so its pages live at a web address instead. */
import { UI_ORIGIN } from "../../../main/shell/ui/ui-origin.ts";

/** `.test` never resolves (RFC 6761): a request that escaped the double would fail. */
export const PAGE_ORIGIN = "https://signalbox-app.test";

const swap = (address: string, from: string, to: string): string =>
  address === from || address.startsWith(`${from}/`) ? to + address.slice(from.length) : address;

export const toPage = (address: string): string => swap(address, UI_ORIGIN, PAGE_ORIGIN);
export const fromPage = (address: string): string => swap(address, PAGE_ORIGIN, UI_ORIGIN);
