/** Says in words what was thrown: anything may be. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
