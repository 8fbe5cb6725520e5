/** Asks the gateway which calls of a session hold the words of a filter: the page has not the arguments and results of all. */
import { useEffect, useState } from "react";
import type { GatewayClient } from "../gateway/gateway-client.ts";

const PAUSE_MS = 150;
const MIN_LENGTH = 2;
const MOST = 1_000;

/** Whether words are worth a question. One letter is not; one character of Chinese is a word. */
export const isEnough = (words: string): boolean => words.length >= MIN_LENGTH || /[^\0-\x7f]/.test(words);

/** Ids of calls; undefined until the gateway has answered for these words, and where there is nothing to ask. */
export function useFoundCalls(
  client: Pick<GatewayClient, "search">,
  session: string | undefined,
  words: string,
): ReadonlySet<string> | undefined {
  const [answer, setAnswer] = useState<{ words: string; session: string; ids: ReadonlySet<string> }>();
  useEffect(() => {
    if (session === undefined || !isEnough(words)) return;
    let gone = false;
    const timer = setTimeout(async () => {
      const found = await client.search(words, { session, limit: MOST });
      if (gone || !found.ok) return;
      setAnswer({ words, session, ids: new Set(found.value.hits.map(({ call }) => call.id)) });
    }, PAUSE_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [client, session, words]);
  return answer?.words === words && answer.session === session ? answer.ids : undefined;
}
