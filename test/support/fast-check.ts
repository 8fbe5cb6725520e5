/** Which cases property tests try: the same in every ordinary run, which must not fail by chance; others each time with `npm run test:long`. */
import fc from "../../node_modules/fast-check/lib/fast-check.js";

if (process.env.SIGNALBOX_LONG !== "1") fc.configureGlobal({ seed: 20_261_121 });

export default fc;
