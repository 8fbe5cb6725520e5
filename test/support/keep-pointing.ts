/** A pointer that goes on pointing: the list holds still for so long after the last move, which a slow machine may outlast. */
import type { Locator } from "@playwright/test";

/** Moves the pointer over `target` and on, by the page's own clock; `target` must stay in the document. Gives what stops it. */
export async function keepPointing(target: Locator): Promise<() => Promise<void>> {
  await target.hover();
  const timer = await target.evaluate((element) => {
    const move = () => element.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, pointerType: "mouse" }));
    move();
    return window.setInterval(move, 100);
  });
  return () => target.page().evaluate((id) => window.clearInterval(id), timer);
}
