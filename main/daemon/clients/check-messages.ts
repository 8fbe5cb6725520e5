/** What the daemon and the thread of checks say to each other. Schemas and values travel as JSON, which either side bounds. */

export interface CheckRequest {
  /** JSON Schema. */
  schema: string;
  /** What is to fit it; absent where the question is whether it is a schema. */
  value?: string;
}

/** The first message says that the thread is ready; the others answer one request each, in their order. */
export type CheckReport = { type: "ready" } | { type: "checked"; fault?: string };
