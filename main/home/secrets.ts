/** The two secrets of a home folder, and what is computed with them. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { HomeFolder } from "./home-folder.ts";
import { createPrivateFile, readPrivateFile } from "./private-file.ts";

const SECRET = /^[0-9a-f]{64}$/;

/** The daemon's key: 32 random bytes in hex, made by whichever process comes first. Throws when the file is unusable. */
export const daemonKey = (home: HomeFolder): string => secretFile(home.daemonKey);

/** The owner's token for the gateway, 256 bits in hex. Throws when the file is unusable. */
export const ownerToken = (home: HomeFolder): string => secretFile(home.ownerToken);

function secretFile(path: string): string {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const file = readPrivateFile(path, 256);
    if (file.outcome === "refused") throw new Error(`${path} cannot be used: ${file.reason}`);
    if (file.outcome === "read") {
      const text = file.text.trim();
      if (!SECRET.test(text)) throw new Error(`${path} is damaged; remove it and start again`);
      return text;
    }
    const secret = randomBytes(32).toString("hex");
    if (createPrivateFile(path, `${secret}\n`)) return secret;
  }
  throw new Error(`${path} appears and disappears`);
}

/** Hex HMAC-SHA256 of the text under the key, which itself never travels. What proofs are made of is in `proofs.ts`. */
export function hmac(key: string, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

/** Compares two secrets in a time that tells nothing, whatever their lengths. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
