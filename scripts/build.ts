/** `npm run build`: builds everything into out/, whether stale or not. */
import { resolve } from "node:path";
import { buildProduct } from "./build/build-product.ts";
import { showProgress } from "./build/show-progress.ts";

const done = showProgress("Building");
const built = await buildProduct(resolve(import.meta.dirname, ".."));
done();
if (!built.ok) {
  console.error(built.output);
  process.exitCode = 1;
}
