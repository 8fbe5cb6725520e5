/** What may be typed into a preview's address bar. */
import { expect, it } from "vitest";
import { readPath } from "./preview-path.ts";

const origins = ["http://s-a-5173.localhost:54400", "http://localhost:5173"];

it.each([
  ["", "/"],
  ["/", "/"],
  ["about", "/about"],
  ["/a b?q=ä", "/a%20b?q=%C3%A4"],
  ["//evil.test/x", "/evil.test/x"],
  ["\\\\evil.test\\x", "/evil.test/x"],
  ["/x#part", "/x"],
  ["http://localhost:5173/y?z=1", "/y?z=1"],
  ["http://s-a-5173.localhost:54400/", "/"],
])("%j leads to %s", (typed, path) => expect(readPath(typed, origins)).toBe(path));

it.each(["https://example.org/", "javascript:alert(1)", "http://localhost:8080/", "file:///etc/passwd"])(
  "%s leads nowhere",
  (typed) => expect(readPath(typed, origins)).toBeUndefined(),
);
