/** How long unit tests wait for what another process, socket or thread does. Vitest's own second is too short on a busy machine. */
import { vi } from "vitest";

/** Only what hangs takes longer, and then the test's own limit would tell less of it. */
const PATIENCE_MS = 90_000;

const waitFor = vi.waitFor;
vi.waitFor = (callback, options) =>
  waitFor(callback, { interval: 25, timeout: PATIENCE_MS, ...(typeof options === "object" && options) });
