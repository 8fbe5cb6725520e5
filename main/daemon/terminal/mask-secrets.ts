/** Owns that a secret which a program prints is not recorded. Masked in place, so that offsets stay what they are. */

export interface Masked {
  /** May be written. */
  bytes: Buffer;
  /** The end of the input, which may be the beginning of a secret: belongs before what comes next. */
  rest: Buffer;
}

const MASK = "*".charCodeAt(0);

/** Overwrites each secret in `bytes` by asterisks. */
export function maskSecrets(bytes: Buffer, secrets: readonly Buffer[]): Masked {
  let keep = 0;
  for (const secret of secrets) {
    for (let at = bytes.indexOf(secret); at !== -1; at = bytes.indexOf(secret, at + secret.length)) {
      bytes.fill(MASK, at, at + secret.length);
    }
    keep = Math.max(keep, begins(bytes, secret));
  }
  const end = bytes.length - keep;
  return { bytes: bytes.subarray(0, end), rest: bytes.subarray(end) };
}

/** How many bytes at the end are the beginning of the secret. */
function begins(bytes: Buffer, secret: Buffer): number {
  for (let length = Math.min(secret.length - 1, bytes.length); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(secret.subarray(0, length))) return length;
  }
  return 0;
}
