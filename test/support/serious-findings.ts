/** What axe has to say against a page that stands still. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** Serious and critical findings, each as a line that says where; `rules` are all by default. */
export async function seriousFindings(page: Page, rules?: string[]): Promise<string[]> {
  await standStill(page);
  // What looks into frames of other origins opens a page of its own for each look.
  const alone = page.frames().length === 1;
  const axe = new AxeBuilder({ page }).exclude(".xterm").setLegacyMode(alone);
  const { violations } = await (rules === undefined ? axe : axe.withRules(rules)).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.slice(0, 4).map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary?.split("\n")[1] ?? ""}`),
    );
}

/**
 * Resolves when nothing is on its way any more: half of a fade has neither the colours nor the size of its end. What
 * begins to move later jumps.
 */
export async function standStill(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.evaluate(async () => {
    const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const moving = () =>
      document
        .getAnimations()
        .filter(({ effect, playState }) => playState === "running" && effect?.getComputedTiming().endTime !== Infinity);
    for (;;) {
      // What has just come begins to move in the frame after its first.
      for (let frames = 0; frames < 2; frames += 1) await nextFrame();
      const left = moving();
      if (left.length === 0) return;
      await Promise.allSettled(left.map(({ finished }) => finished));
    }
  });
}
