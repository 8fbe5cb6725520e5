/** The desktop app's word to `npm start`, which waits for a window. */
import { appendFileSync } from "node:fs";
import { START_REPORT, type StartEvent } from "../../shared/protocol/start-report.ts";

/** Says nothing when nobody listens. The variable is taken away, since it concerns this process alone. */
export function createStartReport(env: NodeJS.ProcessEnv): (event: StartEvent) => void {
  const file = env[START_REPORT];
  delete env[START_REPORT];
  return (event) => {
    if (file === undefined || file === "") return;
    try {
      appendFileSync(file, `${JSON.stringify({ event })}\n`);
    } catch {
      // Whoever waited has gone.
    }
  };
}
