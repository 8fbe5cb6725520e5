/** The contract of one connection to an upstream MCP server, whatever carries it. */
import type { RpcErrorBody, RpcId, RpcMessage } from "../../rpc/message.ts";

/** Larger messages from an upstream are refused; results of 100 MB pass. */
export const MAX_UPSTREAM_MESSAGE_BYTES = 128 * 1024 * 1024;

export interface LinkFault {
  /** One sentence without the server's name: "exited with code 1: no such module". */
  reason: string;
  /** HTTP status, where there was one. */
  status?: number;
  /** The upstream no longer knows our session; a new initialise gives another one, and the request was not carried out. */
  sessionLost?: boolean;
  /** That the session is lost is only what its status makes likely: a request may be refused in the same way. */
  guess?: boolean;
  /** The request never reached the upstream, so sending it again cannot do anything twice. */
  undelivered?: boolean;
  /** The JSON-RPC error that was given, where there was one. */
  error?: RpcErrorBody;
  /** A person must sign in before it answers. */
  signIn?: boolean;
  /** What agents are told as `data.code`, where the facts above say too little. */
  code?: string;
}

/** Nobody is there, or a gateway stands before nobody: it may be back any moment without anything being changed. */
export const isAway = ({ undelivered, sessionLost, signIn, status }: LinkFault): boolean =>
  signIn !== true && sessionLost !== true && (status === undefined ? undelivered === true : status >= 500);

export interface LinkHandlers {
  /** `related` is our id of the request on whose own stream the message came, where the transport tells. */
  message(message: RpcMessage, related: RpcId | undefined): void;
  /** The answer to this request will not come. */
  unanswered(id: RpcId, fault: LinkFault): void;
  /** The server ended a request's stream without its answer, and wants to be asked again (SEP-1699 polling). */
  paused?(id: RpcId): void;
  /** The stream for what belongs to no request broke: its server may be gone. */
  interrupted?(): void;
  /** The connection is over, and with it every open request. Called once, never for our own `close()`. With `sessionLost` another one may begin at once. */
  closed(fault: LinkFault): void;
}

export interface Link {
  /** Starts the process or does nothing. A fault means that it cannot be started. */
  start(): Promise<LinkFault | undefined>;
  /** Resolves once the message is handed over. A request that fails is told by `unanswered`; a notification fails silently. */
  send(message: RpcMessage): Promise<void>;
  /** To be called with what the handshake settled, before anything else is sent. */
  ready(protocolVersion: string): void;
  /** The end of what the server printed, as the end of a sentence, without control characters; empty where it printed nothing. */
  said(): string;
  /** Ends the connection and everything that it started, within about a second. */
  close(): Promise<void>;
}

/** Makes a link that reports to these handlers. */
export type OpenLink = (handlers: LinkHandlers) => Link;
