/** What a recorded call was given and gave back, with its pictures, and what of it the file does not hold. */
import { leftWords } from "../../shared/events/left-words.ts";
import type { ReplayCall, ReplayMedia } from "../../shared/protocol/replay-file.ts";
import { visibleLines } from "../../shared/text/visible.ts";
import { formatMillisecond } from "../activity/elapsed.ts";
import { duration, formatCount, stateWord } from "../activity/progress-truth.ts";
import { formatBytes } from "../detail/format-bytes.ts";
import { resultTexts } from "../detail/result-texts.ts";
import { make } from "./dom.ts";

/** Characters drawn of one text. */
const MAX_DRAWN = 100_000;

export function callDetails({ call, left_out }: ReplayCall, media: readonly ReplayMedia[]): Node[] {
  const facts = make("dl");
  const fact = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== "") facts.append(make("dt", {}, name), make("dd", {}, visibleLines(value)));
  };
  fact("Started", formatMillisecond(call.startedAt));
  fact("Ended", `${stateWord(call)}${duration(call) === "" ? "" : ` after ${duration(call)}`}`);
  fact("Server", call.server);
  if (call.progress !== undefined) {
    fact("Progress", formatCount(call.progress) + (call.total === undefined ? "" : ` of ${formatCount(call.total)}`));
  }
  fact("Agent", leftWords(call));
  const nodes: Node[] = [facts];
  const block = (title: string, text: string) => {
    const cut = text.length > MAX_DRAWN ? `${text.slice(0, MAX_DRAWN)}\n…` : text;
    nodes.push(make("h3", {}, title), make("pre", { tabindex: "0", "aria-label": title }, visibleLines(cut)));
  };
  if (call.error !== undefined) block("Error", call.error.message);
  if (call.args !== undefined) block("Arguments", JSON.stringify(call.args, null, 2));
  const { texts, rest } = resultTexts(call.result);
  for (const text of texts) block("Result", text);
  if (rest !== undefined)
    block(texts.length > 0 ? "Other parts of the result" : "Result", JSON.stringify(rest, null, 2));
  if (left_out !== undefined)
    nodes.push(make("p", {}, `Not in this file: arguments and result, ${formatBytes(left_out)}`));
  for (const { what, bytes, data } of media) {
    if (data === undefined)
      nodes.push(make("p", {}, `Not in this file: ${what}, ${bytes.toLocaleString("en-US")} bytes`));
    else nodes.push(make("img", { alt: `Result of ${call.tool}`, src: `data:${what};base64,${data}` }));
  }
  return nodes;
}
