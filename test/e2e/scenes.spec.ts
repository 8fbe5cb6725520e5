/** Proves that the page can be used by everybody in every state: axe finds nothing serious, and nothing breaks the layout. */
import { resolve } from "node:path";
import { test as base, expect, type Page } from "@playwright/test";
import { actOut } from "../support/scripted-gateway/act-out.ts";
import { scenes } from "../support/scripted-gateway/scenes.ts";
import { type ScriptedGateway, startScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";
import { seriousFindings, standStill } from "../support/serious-findings.ts";

const NAMES = scenes(0).map(({ name }) => name);

/** One page for all scenes of a worker: a new one would fetch and compile the whole window again for each. */
const test = base.extend<object, { shared: Page }>({
  shared: [
    async ({ browser }, use) => {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      await use(await context.newPage());
      await context.close();
    },
    { scope: "worker" },
  ],
});

let gateway: ScriptedGateway;
test.beforeAll(async () => {
  const [first] = scenes(Date.now());
  if (first === undefined) throw new Error("there are no scenes");
  gateway = await startScriptedGateway(resolve("out/renderer"), first);
});
test.afterAll(() => gateway.dispose());

async function open(page: Page, name: string): Promise<void> {
  const scene = scenes(Date.now()).find((each) => each.name === name);
  if (scene === undefined) throw new Error(`no scene ${name}`);
  gateway.setScene(scene);
  await actOut(page, gateway.url, scene);
}

/** What a theme changes is colours: everything else is looked at in one of them. */
const RULES = { dark: undefined, light: ["color-contrast"], contrast: ["color-contrast"] };
/** These have every colour between them; a long run looks at all in each theme. */
const COLOURFUL = [
  "main",
  "detail",
  "outcomes",
  "first-run",
  "daemon-none",
  "exited",
  "settings-general",
  "settings-agents",
  "settings-devices",
  "read-only-typing",
  "palette",
  "waterfall",
  "inbox",
  "inbox-strip",
];
/** Made of parts that other scenes have as well: a long run looks at these too. */
const ALIKE = new Set([
  "activity-toggled",
  "daemon-gone",
  "inbox-empty",
  "daemon-refused",
  "daemon-searching",
  "daemon-starting",
  "detail-running",
  "many-sessions",
  "pairing",
  "palette-search",
  "panels-toggled",
  "pinned",
  "progress",
  "raw",
  "read-only",
  "read-only-devices",
  "read-only-empty",
  "request",
  "result-image",
  "result-large",
  "server-details",
  "servers-failing-popover",
  "settings-about",
  "settings-accessibility",
  "settings-appearance",
  "settings-daemon",
  "settings-found",
  "settings-json",
  "settings-nothing",
  "settings-notifications",
  "settings-outbox",
  "settings-search",
  "settings-servers",
  "settings-shortcuts",
  "settings-terminal",
  "theme-import",
  "turns-reported",
  "unknown-call",
]);
const LONG = process.env.SIGNALBOX_LONG === "1";
function inTheme(theme: keyof typeof RULES): string[] {
  if (LONG) return NAMES;
  return theme === "dark" ? NAMES.filter((name) => !ALIKE.has(name)) : COLOURFUL;
}

const MEDIA = {
  dark: { colorScheme: "dark", contrast: "no-preference" },
  light: { colorScheme: "light", contrast: "no-preference" },
  contrast: { colorScheme: "dark", contrast: "more" },
} as const;
const THEMES = ["dark", "light", "contrast"] as const;

test.describe("every state", () => {
  // Half of all pages that these tests open: both workers take part.
  test.describe.configure({ mode: "parallel" });
  for (const name of NAMES) {
    const themes = THEMES.filter((theme) => inTheme(theme).includes(name));
    if (themes.length === 0) continue;
    test(`axe finds nothing serious, ${themes.join(", ")}: ${name}`, async ({ shared: page }) => {
      await page.emulateMedia({ ...MEDIA[themes[0] ?? "dark"], reducedMotion: "reduce" });
      await open(page, name);
      for (const theme of themes) {
        await page.emulateMedia(MEDIA[theme]);
        const shown = () => page.evaluate(() => document.documentElement.dataset.theme);
        await expect.poll(shown).toBe(theme);
        expect.soft(await seriousFindings(page, RULES[theme]), theme).toEqual([]);
      }
    });
  }
});

for (const width of [1440, 900, 400]) {
  test(`A22, A26: hostile names run nothing and break no layout at ${width} px`, async ({ page }) => {
    page.on("dialog", (dialog) => {
      throw new Error(`a script ran: ${dialog.message()}`);
    });
    await page.setViewportSize({ width, height: 800 });
    await open(page, "hostile");
    await expect(page.getByRole("row").first()).toBeVisible();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(width);
    await expect(page.locator("#root img")).toHaveCount(0);
    const text = (await page.locator("#root").textContent()) ?? "";
    for (const control of ["\u001b", "\u202e", "\u200b"]) expect(text.includes(control)).toBe(false);
  });
}

/** Rows of lists are pressed whole, links in a text and the folded sheet's handle have other ways beside them. */
const SMALL_BY_RIGHT = "[role=switch], [data-inline], [aria-label='Activity sheet'][aria-expanded=false]";
test.describe("by touch", () => {
  test.use({ viewport: { width: 400, height: 800 }, hasTouch: true });
  test("whatever is pressed with a finger is 44 px high", async ({ page }) => {
    for (const name of [
      "main",
      "activity-toggled",
      "detail",
      "session-menu",
      "new-session",
      "palette",
      "settings-general",
      "servers",
    ]) {
      await open(page, name);
      await standStill(page);
      const small = await page.evaluate((exempt) => {
        const pressed = "button, select, summary, [role=tab], [role=menuitem], [role=option]";
        return [...document.querySelectorAll<HTMLElement>(pressed)]
          .filter((element) => element.checkVisibility() && !element.matches(exempt) && !element.closest("[role=grid]"))
          .filter((element) => element.getBoundingClientRect().height < 44)
          .map((element) => element.getAttribute("aria-label") ?? element.textContent);
      }, SMALL_BY_RIGHT);
      expect.soft(small, name).toEqual([]);
    }
  });
});
