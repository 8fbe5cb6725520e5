/** Moves the focus from region to region: sessions, terminal, activity, preview, detail. */

const ORDER = ["sessions", "terminal", "activity", "preview", "detail"];

/** Focuses the next region that is there, in its most useful place. */
export function cycleRegion(by: 1 | -1): void {
  const regions = ORDER.flatMap((name) => {
    const region = document.querySelector<HTMLElement>(`[data-region="${name}"]`);
    return region === null || region.offsetParent === null ? [] : [region];
  });
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + by + regions.length) % regions.length];
  if (next !== undefined) focusIn(next);
}

/** After something that had the focus has gone with its surroundings: once the page is drawn anew, the first region gets it. */
export function regainFocus(): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (document.activeElement === null || document.activeElement === document.body) cycleRegion(1);
    }),
  );
}

function focusIn(region: HTMLElement): void {
  const best = region.querySelector<HTMLElement>(
    '.xterm-helper-textarea, [role="grid"], [role="option"][tabindex="0"]',
  );
  const any = region.querySelector<HTMLElement>("button, input, [tabindex='0']");
  (best ?? any ?? region).focus();
}
