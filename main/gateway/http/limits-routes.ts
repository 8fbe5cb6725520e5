/** The routes of how long history is kept. */
import type { HomeFolder } from "../../home/home-folder.ts";
import type { Journal } from "../journal/open-journal.ts";
import { historyLimits, journalLimits, setHistoryLimits } from "../settings.ts";
import { answer } from "./answer.ts";
import { handlers } from "./router.ts";

export interface LimitsRoutesContext {
  home: HomeFolder;
  journal: Pick<Journal, "setLimits">;
}

export const limitsRoutes = ({ home, journal }: LimitsRoutesContext) =>
  handlers({
    "GET /api/v1/history-limits": (context) => answer(context, historyLimits(home)),
    "PUT /api/v1/history-limits": (context, body) => {
      const set = setHistoryLimits(home, body);
      if (set.ok) journal.setLimits(journalLimits(set.value));
      return answer(context, set);
    },
  });
