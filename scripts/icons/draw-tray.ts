/** How the tray icon is drawn: a signal head whose two lamps tell the state, legible at 16 px on any bar. */

export type TrayTheme = "template" | "dark" | "light";
export const TRAY_MOODS = ["idle", "running", "needs-you", "lost"] as const;
export type TrayMood = (typeof TRAY_MOODS)[number];

interface Palette {
  /** The head and unlit lamps. */
  line: string;
  running: string;
  needsYou: string;
  lost: string;
}

/** `dark` and `light` name the bar that the icon lies on. macOS colours a template itself: only its shape counts. */
const PALETTES: Record<TrayTheme, Palette> = {
  template: { line: "#000", running: "#000", needsYou: "#000", lost: "#000" },
  dark: { line: "#e6e9ef", running: "#5b9dff", needsYou: "#f0b429", lost: "#ff6b6b" },
  light: { line: "#3a4353", running: "#1f6feb", needsYou: "#b86f00", lost: "#cf222e" },
};

/**
 * SVG on a 16 × 16 grid. Running: the lower lamp is lit. Needs you: the upper one, larger. Lost: both dark, struck
 * through. Every state differs in shape, so that none depends on colour.
 */
export function drawTray(mood: TrayMood, theme: TrayTheme): string {
  const colour = PALETTES[theme];
  const unlit = (y: number) =>
    `<circle cx="8" cy="${y}" r="1.5" fill="none" stroke="${colour.line}" stroke-width="1" stroke-opacity=".7"/>`;
  const lit = (y: number, fill: string, radius: number) => `<circle cx="8" cy="${y}" r="${radius}" fill="${fill}"/>`;
  const head = `<rect x="3.75" y="1.25" width="8.5" height="13.5" rx="4.25" fill="none" stroke="${colour.line}" stroke-width="1.5"/>`;
  const lamps = {
    idle: unlit(5.25) + unlit(10.75),
    running: unlit(5.25) + lit(10.75, colour.running, 2.25),
    "needs-you": lit(5.5, colour.needsYou, 2.75) + unlit(11.25),
    lost: "",
  }[mood];
  const strike =
    mood === "lost"
      ? `<path d="M2 14 14 2" stroke="${colour.lost}" stroke-width="1.75" stroke-linecap="round" fill="none"/>`
      : "";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${head}${lamps}${strike}</svg>`;
}
