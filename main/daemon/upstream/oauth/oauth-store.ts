/** The tokens and client registrations of remote servers, by their address: 0600 in the home folder, never shown. */
import { parseJson, z } from "../../../../shared/protocol/schema.ts";
import { readPrivateFile, writePrivateFile } from "../../../home/private-file.ts";

const MAX_BYTES = 4 * 1024 * 1024;

// Loose: what an authorization server sent is given back to the SDK unchanged, `issuer` included.
const tokensSchema = z.looseObject({
  access_token: z.string(),
  token_type: z.string(),
  refresh_token: z.string().optional(),
});
const clientSchema = z.looseObject({ client_id: z.string(), client_secret: z.string().optional() });
// As the SDK found it, and read again by the SDK alone.
const discoverySchema = z.looseObject({ authorizationServerUrl: z.string() });
const recordSchema = z.object({
  tokens: tokensSchema.optional(),
  client: clientSchema.optional(),
  /** Where the registration lets codes be sent; our port changes with each run. */
  redirect: z.string().optional(),
  /** The authorization server of the last complete sign-in. A renewal asks nobody else. */
  discovery: discoverySchema.optional(),
});
const fileSchema = z.record(z.string(), recordSchema);

export type Tokens = z.infer<typeof tokensSchema>;
export type ClientRegistration = z.infer<typeof clientSchema>;
export type Discovery = z.infer<typeof discoverySchema>;
export type OAuthRecord = z.infer<typeof recordSchema>;

export interface OAuthStore {
  get(url: string): OAuthRecord;
  /** Changes what is given, keeps the rest; on the disk before this returns. */
  update(url: string, change: { [K in keyof OAuthRecord]?: OAuthRecord[K] | undefined }): void;
  /** Every credential in it, which nothing that is recorded may hold. */
  secrets(): string[];
}

/** Throws when the file is there but cannot be trusted or read. */
export function openOAuthStore(path: string): OAuthStore {
  const file = readPrivateFile(path, MAX_BYTES);
  if (file.outcome === "refused") throw new Error(`${path} cannot be used: ${file.reason}`);
  const parsed = file.outcome === "read" ? parseJson(fileSchema, file.text) : { ok: true as const, value: {} };
  if (!parsed.ok) throw new Error(`${path} is damaged: ${parsed.reason}`);
  const records = new Map<string, OAuthRecord>(Object.entries(parsed.value));
  return {
    get: (url) => records.get(url) ?? {},
    update(url, change) {
      const next = Object.entries({ ...records.get(url), ...change }).filter(([, value]) => value !== undefined);
      if (next.length === 0) records.delete(url);
      else records.set(url, Object.fromEntries(next));
      writePrivateFile(path, `${JSON.stringify(Object.fromEntries(records))}\n`);
    },
    secrets: () =>
      [...records.values()].flatMap(({ tokens, client }) =>
        [tokens?.access_token, tokens?.refresh_token, client?.client_secret].filter((value) => value !== undefined),
      ),
  };
}
