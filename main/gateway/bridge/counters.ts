/** What the gateway counts of events, for its figures. */
export interface Counters {
  /** Events taken in from daemons, and the bytes of their text. */
  events: number;
  eventBytes: number;
  /** Streams that were opened again after a cut. */
  reconnects: number;
}
