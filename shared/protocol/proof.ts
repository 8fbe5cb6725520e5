/** The texts of the proofs by which the daemon and the gateway show that they know a secret, before anybody sends them one. */

/** A challenge: 16 random bytes in hex. */
export const NONCE = /^[0-9a-f]{32}$/;

/**
 * What is answered is the hex HMAC-SHA256 of one of these texts. Each names the port that its giver listens on: who asked
 * compares it with the port that was connected to, so an answer that was fetched from another port proves nothing.
 */
export const proofText = (giver: "daemon" | "gateway" | "page", nonce: string, port: number): string =>
  `${giver} ${nonce} ${port}`;

/** `GET /api/v1/proof` names the device by this: hex characters of the SHA-256 of its token's hash, which lead to neither. */
export const DEVICE_NAME = /^[0-9a-f]{32}$/;
export const deviceNameText = (tokenHash: string): string => `device ${tokenHash}`;
export const DEVICE_NAME_LENGTH = 32;

/** The port of an `http` address, also where it is not written. */
export function portOf(address: string): number {
  const [, scheme, port] = /^(https?):\/\/[^/]*?(?::(\d+))?(?:\/|$)/.exec(address) ?? [];
  if (port !== undefined) return Number(port);
  return scheme === "https" ? 443 : 80;
}
