/** The numbers and names that both ends of a socket must agree on. */

/** Version of the daemon's and the gateway's own surface; raised when an older peer could misread a newer one. */
export const PROTOCOL_VERSION = 1;

/** Our WebSocket protocol, and the original one that other clients already speak. */
export const SUBPROTOCOL = "signalbox.v1";
export const COMPAT_SUBPROTOCOL = "construct.v1";
/** A browser cannot set headers on a WebSocket, so the token rides as a second offered protocol, `bearer.<token>`. */
export const BEARER_SUBPROTOCOL_PREFIX = "bearer.";

/** How the gateway tells the daemon which client, and a page of which origin, asks for `/tools`. */
export const CLIENT_TOKEN_HEADER = "x-signalbox-client";
export const CLIENT_ORIGIN_HEADER = "x-signalbox-client-origin";

export const PING_INTERVAL_MS = 5_000;
/** A peer that answered no ping for this long is dead. */
export const PEER_TIMEOUT_MS = 15_000;
/** How often a quiet SSE stream carries a comment line. */
export const SSE_KEEPALIVE_MS = 15_000;

/** Largest text frame of events, in bytes of UTF-8. */
export const MAX_EVENT_FRAME_BYTES = 64 * 1024;
/** Largest message that a UI client may send. */
export const MAX_CLIENT_MESSAGE_BYTES = 1024 * 1024;
/** Largest file that a person may hand to a session's program. */
export const MAX_HANDED_FILE_BYTES = 20 * 1024 * 1024;
/** Events a daemon keeps per session for `Last-Event-ID`. */
export const REPLAY_RING_EVENTS = 10_000;
/** Arguments and results above this many bytes of JSON are cut part by part before they are published; what is missing is told. */
export const MAX_RECORDED_BYTES = 256 * 1024;
/** A picture, sound or other binary part of a larger result is kept beside the event, whole, up to this many bytes. */
export const MAX_KEPT_PART_BYTES = 8 * 1024 * 1024;
/** Messages of progress, errors and cancellations above this many bytes of JSON are cut. */
export const MAX_RECORDED_MESSAGE_BYTES = 16 * 1024;

/** Terminal flow control, in bytes that the viewer has not acknowledged: pause above, resume below. */
export const TERMINAL_HIGH_WATER_BYTES = 100_000;
export const TERMINAL_LOW_WATER_BYTES = 5_000;
export const TERMINAL_SCROLLBACK_LINES = 10_000;

/** WebSocket close codes; those from 4000 are ours. */
export const CLOSE = {
  goingAway: 1001,
  policy: 1008,
  tooBig: 1009,
  tooSlow: 1013,
  tokenRevoked: 4001,
  notExposed: 4003,
  noSuchSession: 4004,
  backendFailed: 4502,
} as const;
