/** The icon of the browser's tab, which shows from among many that a session needs the person. */
import waiting from "../theme/icon-waiting.svg?url";

let usual: string | undefined;

export function markIcon(needsYou: boolean): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link === null) return;
  usual ??= link.href;
  const wanted = needsYou ? waiting : usual;
  if (link.getAttribute("href") !== wanted) link.setAttribute("href", wanted);
}
