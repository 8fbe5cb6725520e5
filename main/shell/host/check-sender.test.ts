/** Proves the table of senders. */
import { describe, expect, it } from "vitest";
import type { IpcQuestion, Window } from "../electron-api.ts";
import { isOurPage } from "./check-sender.ts";

type Sender = Pick<Window, "isDestroyed"> & { webContents: Pick<Window["webContents"], "id"> };
const window: Sender = { isDestroyed: () => false, webContents: { id: 1 } };
const from = (id: number, senderFrame: IpcQuestion["senderFrame"]): IpcQuestion => ({
  sender: { id },
  senderFrame,
});
const top = (url: string) => ({ url, parent: null });

it("our page in our window is answered", () => {
  expect(isOurPage(from(1, top("signalbox-app://ui/session/a")), window)).toBe(true);
});

describe("A20: nobody else is", () => {
  it.each<[string, IpcQuestion, Sender | undefined]>([
    ["a child frame with our origin", from(1, { url: "signalbox-app://ui/", parent: {} }), window],
    ["another window", from(2, top("signalbox-app://ui/")), window],
    ["a window that navigated away", from(1, top("https://evil.test/")), window],
    ["an origin that begins like ours", from(1, top("signalbox-app://ui.evil.test/")), window],
    ["our scheme with another host", from(1, top("signalbox-app://evil/")), window],
    ["a frame that is gone", from(1, null), window],
    ["a window that is gone", from(1, top("signalbox-app://ui/")), { ...window, isDestroyed: () => true }],
    ["no window at all", from(1, top("signalbox-app://ui/")), undefined],
    ["about:blank", from(1, top("about:blank")), window],
  ])("%s", (_name, event, target) => {
    expect(isOurPage(event, target)).toBe(false);
  });
});
