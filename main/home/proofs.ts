/** Proofs that the other side of a connection knows a secret: how they are made, and how they are judged. */
import { createHash } from "node:crypto";
import { DEVICE_NAME_LENGTH, deviceNameText, proofText } from "../../shared/protocol/proof.ts";
import { hmac, sameSecret } from "./secrets.ts";

/** What an answer shows: that its giver listens on this very port, only that it speaks for somebody who knows the secret, or nothing. */
export type Proven = "here" | "earlier" | "no";

export interface Proofs {
  /** The form of earlier versions, which names no port and can be passed on by anybody. Nothing secret is sent for it, but to a daemon that a person ends. */
  proof: string;
  port_proof: string;
}

/** The daemon's answer to a nonce, under its key. */
export const daemonProofs = (key: string, nonce: string, port: number): Proofs => ({
  proof: hmac(key, nonce),
  port_proof: hmac(key, proofText("daemon", nonce, port)),
});

/** The gateway's answer to a nonce, under the owner's token. */
export const gatewayProofs = (token: string, nonce: string, port: number): Proofs => ({
  proof: hmac(token, `gateway ${nonce}`),
  port_proof: hmac(token, proofText("gateway", nonce, port)),
});

/** Compares an answer with what it would have to be. */
export function judgeProofs(answer: Partial<{ [K in keyof Proofs]: string | undefined }>, right: Proofs): Proven {
  if (answer.port_proof !== undefined && sameSecret(answer.port_proof, right.port_proof)) return "here";
  return answer.proof !== undefined && sameSecret(answer.proof, right.proof) ? "earlier" : "no";
}

/** The name by which a page asks for a proof: it tells neither the token nor its hash (hex SHA-256). */
export const deviceName = (tokenHash: string): string =>
  createHash("sha256").update(deviceNameText(tokenHash)).digest("hex").slice(0, DEVICE_NAME_LENGTH);

/** The gateway's answer to a page, under the hash of that page's token. */
export const pageProof = (tokenHash: string, nonce: string, port: number): string =>
  hmac(tokenHash, proofText("page", nonce, port));
