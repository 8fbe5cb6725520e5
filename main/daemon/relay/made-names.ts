/** Makes the names under which tools and prompts are shown where their own cannot be used: `server__tool`, of bounded length. */
import { createHash } from "node:crypto";
import { serverAlias } from "../../../shared/servers/server-alias.ts";

/** What the APIs of models take for the name of a tool, in bytes. */
const MAX_NAME_BYTES = 64;
/** Of a name that is too long, the server's part keeps this much. */
const MAX_SERVER_CHARS = 20;

/**
 * `server__tool`. One that would be longer than 64 bytes keeps the beginnings of both and ends in a hash of the two, so
 * that it is the same after a restart and differs from every other. `n` tells names apart that would be the same.
 */
export function madeName(server: string, tool: string, n = 1): string {
  const whole = wholeName(server, tool) + (n === 1 ? "" : `_${n}`);
  if (Buffer.byteLength(whole) <= MAX_NAME_BYTES) return whole;
  const hash = createHash("sha256")
    .update(JSON.stringify([server, tool, n]))
    .digest("hex")
    .slice(0, 8);
  const head = `${serverAlias(server).slice(0, MAX_SERVER_CHARS)}__`;
  return `${head}${cutBytes(tool, MAX_NAME_BYTES - head.length - hash.length - 1)}_${hash}`;
}

/** The name before anything is cut; agents that know it may call by it. */
export const wholeName = (server: string, tool: string): string => `${serverAlias(server)}__${tool}`;

/** Whether a name looks like one that was made for a tool of this server. */
export function looksLikeMade(name: string, server: string): boolean {
  const plain = serverAlias(server);
  return name.startsWith(`${plain}__`) || name.startsWith(`${plain.slice(0, MAX_SERVER_CHARS)}__`);
}

/** The beginning of a text in at most so many bytes of UTF-8, never ending inside a character. */
function cutBytes(text: string, max: number): string {
  let bytes = 0;
  let cut = "";
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > max) break;
    cut += character;
  }
  return cut;
}
