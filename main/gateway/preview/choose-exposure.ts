/** Chooses which exposed port a path below `/s/<session>/` leads to. Pure. */
import { type Exposure, plainPrefix, segmentsOf } from "../../../shared/protocol/preview-api.ts";

/**
 * The exposure with the longest prefix that the path has, segment by segment; else the first without a prefix. `path`
 * is the raw path without its query. A path that two programs could read differently (`..`, `%2f`, an empty segment)
 * has no prefix.
 */
export function chooseExposure(path: string, exposures: readonly Exposure[]): Exposure | undefined {
  const segments = segmentsOf(path);
  let best: { exposure: Exposure; length: number } | undefined;
  for (const exposure of exposures) {
    const prefix = plainPrefix(exposure.pathPrefix);
    const wanted = prefix === undefined ? undefined : segmentsOf(prefix);
    if (segments === undefined || wanted === undefined || wanted.length > segments.length) continue;
    if (!wanted.every((segment, at) => segment === segments[at])) continue;
    if (best === undefined || wanted.length > best.length) best = { exposure, length: wanted.length };
  }
  return best?.exposure ?? exposures.find(({ pathPrefix }) => plainPrefix(pathPrefix) === undefined);
}
