/** Proves that no part of the relay decodes JSON of others in a way that changes numbers. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

/** What travels between agents and servers, or is kept of it. */
const FOLDERS = [
  "main/daemon/relay",
  "main/daemon/rpc",
  "main/daemon/upstream",
  "main/daemon/outbox",
  "main/daemon/sessions",
];
/** Configuration, credentials and what authorization servers say: nobody gets these numbers again. */
const NOT_PASSED_ON = /\/oauth\/|servers-file|secret-store|config|headers-helper/;

it("JSON that is passed on is decoded with parseExact or parseExactJson", () => {
  const wrong = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(folder, name).replaceAll("\\", "/"))
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !NOT_PASSED_ON.test(file))
      .filter((file) => /JSON\.parse\b|\bparseJson\(|\.json\(\)/.test(readFileSync(file, "utf8"))),
  );
  expect(wrong).toEqual([]);
});
