/** How a link is found among command-line arguments, which anybody who can make a person click may have shaped. */
import { type LinkTarget, parseDeepLink } from "../../../shared/links/deep-link.ts";

/**
 * The one link among the arguments. Undefined unless exactly one argument looks like a link and that one is a valid
 * one: two are an attempt at something, and nothing of them is followed.
 */
export function linkFromArgv(argv: readonly string[]): LinkTarget | undefined {
  const candidates = argv.filter((arg) => /^\s*["']?signalbox:/i.test(arg));
  const [only] = candidates;
  return candidates.length === 1 && only !== undefined ? parseDeepLink(only) : undefined;
}
