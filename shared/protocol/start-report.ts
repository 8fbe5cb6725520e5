/** What the desktop app tells `npm start` while it starts, so that a window that never comes does not go unnoticed. */
import { z } from "./schema.ts";

/** Variable that names the file to which the app appends one JSON object a line. */
export const START_REPORT = "SIGNALBOX_START_REPORT";

export const startReportSchema = z.object({
  /** `began`: its code runs. `window`: it can be seen. `hidden`: it was asked to begin in the tray. `handed-over`: another start runs already. `failed`: it says why itself. */
  event: z.enum(["began", "window", "hidden", "handed-over", "failed"]),
});
export type StartEvent = z.infer<typeof startReportSchema>["event"];
