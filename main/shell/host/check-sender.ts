/** Who may speak to the main process: the main frame of our own window, on our own page, and nobody else. */
import type { IpcQuestion, Window } from "../electron-api.ts";
import { isUiAddress } from "../ui/ui-origin.ts";

type OwnWindow = Pick<Window, "isDestroyed"> & { readonly webContents: Pick<Window["webContents"], "id"> };

/**
 * Compares window, frame and origin. A child frame of our page has our origin too, but a parent; a frame that is gone
 * or has navigated meanwhile is null and refused.
 */
export function isOurPage(event: IpcQuestion, window: OwnWindow | undefined): boolean {
  if (window === undefined || window.isDestroyed() || event.sender.id !== window.webContents.id) return false;
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && isUiAddress(frame.url);
}
