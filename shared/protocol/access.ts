/** What a client of the gateway may do, and how it learns that. */
import { z } from "./schema.ts";

/** How a device is paired: `read-only` sees everything and acts on nothing. */
export const scopeSchema = z.enum(["full", "read-only"]);
export type Scope = z.infer<typeof scopeSchema>;

/**
 * `view`: sees sessions, calls and terminals. `act`: changes, starts and types. `tools:<pattern>`: offers tools whose names
 * match, where `*` stands for any characters. One never includes another.
 */
export const capabilitySchema = z.union([
  z.literal("view"),
  z.literal("act"),
  z.custom<`tools:${string}`>((text) => typeof text === "string" && /^tools:[\x21-\x7e]{1,128}$/.test(text)),
]);
export type Capability = z.infer<typeof capabilitySchema>;

export const CAPABILITIES_OF: Readonly<Record<Scope, readonly Capability[]>> = {
  full: ["view", "act"],
  "read-only": ["view"],
};

/** What a route asks of its client: nothing at all, any token that is known here, or one capability (`tools`: of any pattern). */
export type Need = "nothing" | "token" | "view" | "act" | "tools";

/** Whether a client with these capabilities may use a route. `undefined` is a client that showed no token. */
export function allows(capabilities: readonly Capability[] | undefined, need: Need): boolean {
  if (need === "nothing") return true;
  if (capabilities === undefined) return false;
  if (need === "token") return true;
  if (need === "tools") return capabilities.some((capability) => capability.startsWith("tools:"));
  return capabilities.includes(need);
}

/** Whether a client may offer a tool of this name. */
export function allowsTool(capabilities: readonly Capability[], tool: string): boolean {
  return capabilities.some(
    (capability) => capability.startsWith("tools:") && matches(capability.slice("tools:".length), tool),
  );
}

/** `*` matches any characters. Compared from both ends, so that no pattern takes more than one look at each character. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  const last = rest.pop() ?? "";
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** `GET /api/v1/me`, and in the snapshot of `/ws/app`: who asks, by its token. `id` and `name` are a device's or a client's. */
export const meSchema = z.object({
  kind: z.enum(["owner", "device", "client"]),
  scope: scopeSchema,
  capabilities: z.array(capabilitySchema).optional(),
  id: z.string().optional(),
  name: z.string().optional(),
});
export type Me = z.infer<typeof meSchema>;
