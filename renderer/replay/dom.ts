/** Makes elements: the replay's page is small enough to do without a library. */

type Content = Node | string | undefined;

/** Attributes that are `undefined` or `false` are left out. Text stays text, whatever is in it. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | boolean | undefined>> = {},
  ...content: Content[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...content.filter((one) => one !== undefined));
  return element;
}

/** Lucide's (ISC), on 24 by 24, as the product draws them. */
const ICONS = {
  play: "M6 4v16l13-8z",
  pause: "M8 5v14M16 5v14",
  done: "M20 6 9 17l-5-5",
  failed: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM15 9l-6 6M9 9l6 6",
  cancelled: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM4.9 4.9l14.2 14.2",
  queued:
    "M22 12h-6l-2 3h-4l-2-3H2M5.5 5.1 2 12v6a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-6l-3.5-6.9A2 2 0 0 0 16.8 4H7.2a2 2 0 0 0-1.7 1.1z",
  unknown: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM9.1 9a3 3 0 0 1 5.8 1c0 2-3 3-3 3M12 17h.01",
  running: "M12 2.6a9.4 9.4 0 1 0 9.4 9.4",
  later: "M12 6v6l3 2M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z",
  more: "M6 9l6 6 6-6",
  follow: "M12 5v14M19 12l-7 7-7-7",
} as const;
export type IconName = keyof typeof ICONS;

const SVG = "http://www.w3.org/2000/svg";

export function icon(name: IconName, size = 16): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  const drawn = { width: String(size), height: String(size), viewBox: "0 0 24 24", "aria-hidden": "true" };
  for (const [key, value] of Object.entries(drawn)) svg.setAttribute(key, value);
  svg.dataset.icon = name;
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}
