/** How a page asks which paths in a terminal exist: `POST …/sessions/{id}/paths`, answered by the daemon. */
import { z } from "./schema.ts";

/** Paths of one request. */
export const MAX_PATHS = 100;

/** As they stand in the terminal: relative to the session's folder, with `~`, or `file:` addresses. */
export const pathsRequestSchema = z.object({ paths: z.array(z.string().min(1).max(4_096)).max(MAX_PATHS) });

/** One answer for each, in order; null for what does not exist, and for what could not be looked at in time. */
export const pathsResponseSchema = z.object({
  paths: z.array(z.object({ path: z.string(), kind: z.enum(["file", "folder"]) }).nullable()).max(MAX_PATHS),
});
export type ResolvedPath = NonNullable<z.infer<typeof pathsResponseSchema>["paths"][number]>;
