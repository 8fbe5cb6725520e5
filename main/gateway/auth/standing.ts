/** What a route knows of a client that showed a token. */
import type { Decision } from "../../wire/decide-door.ts";
import type { Admission } from "./decide-request.ts";
import type { Identity } from "./identity.ts";

export interface Standing {
  /** Who it was when the request came. */
  identity: Identity;
  /** The same decision as then, taken again: a body may come long after its head, and access may have ended since. */
  again(): Decision<Admission>;
  /** To be called by a route that ends access, maybe its own: its answer still goes out. */
  answersLast(): void;
  /** To be called by a route that changes nothing: it goes on when its client may only watch from now on. */
  onlyShows(): void;
}
