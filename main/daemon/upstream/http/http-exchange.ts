/** The contract of one HTTP request to an upstream and its answer, whatever carries it. */
import type { LinkFault } from "../connection/link.ts";

export interface ResponseHead {
  status: number;
  /** Of one name in lower case; repeated ones are joined by a comma. */
  header(name: string): string | undefined;
}

export interface ResponseBody {
  /** The bytes are only there during the call. False wants no more of them: nothing else is told then. */
  data(bytes: Buffer): boolean;
  /** Without `whole` it broke off. */
  end(whole: boolean): void;
}

/** Hears either of a failure, or of the head and then, through what it gives for it, of the body. */
export interface Exchange {
  head(head: ResponseHead): ResponseBody;
  failed(fault: LinkFault): void;
}

export interface HttpRequest {
  method: "GET" | "POST" | "DELETE";
  /** Path and query. */
  target: string;
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
}

/** Connections to one origin. */
export interface HttpCarrier {
  /** Throws when a header cannot be sent, before anybody is told anything. */
  send(request: HttpRequest, exchange: Exchange): void;
  /** Ends everything that is open. */
  dispose(): void;
}

export const DROPPED: ResponseBody = { data: () => true, end() {} };

const NOT_REACHED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** Nothing vouches for the certificate: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNKNOWN_ISSUER = new Set([
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
]);

/** What a connection's error means for the request that waited on it. */
export function connectFault(error: NodeJS.ErrnoException): LinkFault {
  const code = error.code ?? "";
  const reason =
    code === "ECONNREFUSED"
      ? "cannot be reached: nothing listens at its address"
      : code === "ENOTFOUND"
        ? "cannot be reached: its host name is not known"
        : UNKNOWN_ISSUER.has(code)
          ? `cannot be reached: its certificate is not trusted (${error.message}). If your company's proxy made it, name the company's certificates in NODE_EXTRA_CA_CERTS and restart the daemon`
          : `cannot be reached: ${error.message}`;
  return NOT_REACHED.has(code) ? { reason, undelivered: true } : { reason };
}
