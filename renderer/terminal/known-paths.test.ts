/** Proves that looking for paths in a terminal costs few requests, and that a lost answer is asked for again. */
import { expect, it } from "vitest";
import { createKnownPaths } from "./known-paths.ts";

function open(answers: () => boolean = () => true) {
  const asked: string[][] = [];
  let time = 0;
  const known = createKnownPaths(
    async (paths) => {
      asked.push([...paths]);
      return answers()
        ? paths.map((path) => (path.startsWith("no") ? null : { path: `/${path}`, kind: "file" }))
        : undefined;
    },
    () => time,
  );
  return { asked, known, later: (ms: number) => (time += ms) };
}

it("asks for all paths of a moment at once, a hundred at most, and for each only once in a while", async () => {
  const { asked, known, later } = open();
  const paths = Array.from({ length: 150 }, (_, at) => `f${at}`);
  await Promise.all(paths.map((path) => known.find([path])));
  expect(asked.map(({ length }) => length)).toEqual([100, 50]);
  await known.find(["f0"]);
  expect(asked).toHaveLength(2);
  later(60_000);
  await known.find(["f0"]);
  expect(asked).toHaveLength(3);
});

it("gives the first that exists", async () => {
  const { known } = open();
  expect(await known.find(["no/a.ts", "a.ts"])).toEqual({ path: "/a.ts", kind: "file" });
  expect(await known.find(["none"])).toBeUndefined();
});

it("asks again after a lost answer", async () => {
  let works = false;
  const { known } = open(() => works);
  expect(await known.find(["a"])).toBeUndefined();
  works = true;
  expect(await known.find(["a"])).toEqual({ path: "/a", kind: "file" });
});
