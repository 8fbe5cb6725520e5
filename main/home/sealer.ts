/** Seals text with a key, so that a file which holds it tells nothing without that key. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

export interface Sealer {
  /** The text, readable again only with the same key and purpose. */
  seal(text: string): string;
  /** Undefined for what was not sealed with them, or was changed. */
  open(sealed: string): string | undefined;
}

const SEALED = "sealed.1.";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Whether `text` is what a sealer gave, by whatever key. */
export const isSealed = (text: string): boolean => text.startsWith(SEALED);

/** AES-256-GCM under a key that is derived from `key` (HKDF, RFC 5869) for this purpose alone. */
export function createSealer(key: string, purpose: string): Sealer {
  const derived = Buffer.from(hkdfSync("sha256", key, "", `signalbox ${purpose}`, 32));
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", derived, nonce);
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return SEALED + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url");
    },
    open(sealed) {
      if (!isSealed(sealed)) return undefined;
      const bytes = Buffer.from(sealed.slice(SEALED.length), "base64url");
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv("aes-256-gcm", derived, bytes.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      try {
        const body = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
        return Buffer.concat([body, decipher.final()]).toString("utf8");
      } catch {
        return undefined;
      }
    },
  };
}
