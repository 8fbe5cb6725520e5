/** Preloaded into a process (`--import`), whose clock is then two days ahead of everybody else's. */
const AHEAD_MS = 2 * 24 * 60 * 60_000;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + AHEAD_MS);
    else super(...given);
  }
  static now() {
    return RealDate.now() + AHEAD_MS;
  }
};
