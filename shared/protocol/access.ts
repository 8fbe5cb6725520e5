/** Owns what a client of the gateway may do, and how it is told. */
import { z } from "./schema.ts";

/** `read-only` sees everything and acts on nothing. */
export const scopeSchema = z.enum(["full", "read-only"]);
export type Scope = z.infer<typeof scopeSchema>;

/** `GET /api/v1/me`, and in the snapshot of `/ws/app`: who asks, by its token. `id` and `name` are a device's. */
export const meSchema = z.object({
  kind: z.enum(["owner", "device"]),
  scope: scopeSchema,
  id: z.string().optional(),
  name: z.string().optional(),
});
export type Me = z.infer<typeof meSchema>;
