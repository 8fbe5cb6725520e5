/** What is known of a server from when it was last reached: itself and its lists, served while it is away. */
import { createHash } from "node:crypto";
import type { JsonObject } from "../../rpc/message.ts";
import type { ServerSide } from "../connection/handshake.ts";
import type { Server } from "../open-server.ts";

/** The lists beside the tools, as they are called in answers; how each is asked for, and how its change is told. */
export const OTHER_LISTS = {
  prompts: { capability: "prompts", method: "prompts/list" },
  resources: { capability: "resources", method: "resources/list" },
  resourceTemplates: { capability: "resources", method: "resources/templates/list" },
} as const;
export type OtherList = keyof typeof OTHER_LISTS;
export const OTHER_LIST_NAMES: readonly OtherList[] = ["prompts", "resources", "resourceTemplates"];

export type Known = {
  server: ServerSide;
  tools: readonly JsonObject[];
} & { readonly [list in OtherList]?: readonly JsonObject[] | undefined };

/** Tells one launch of a server from another: what was known of `files` says nothing of another program of that name. */
export function definitionOf({ transport, config, client }: Server): string {
  const { disabled: _, ...launch } = config;
  return (
    createHash("sha256")
      // Clients have nothing else that tells one from another of the same name.
      .update(JSON.stringify([transport, launch, ...(client === undefined ? [] : [client])]))
      .digest("hex")
  );
}
