/** Proves that npm's traces do not reach agents and shells. */
import { delimiter } from "node:path";
import { expect, it } from "vitest";
import { ownEnvironment } from "./own-environment.ts";

const path = (...entries: string[]) => entries.join(delimiter);

it("leaves an agent the person's own PATH and none of npm's variables", () => {
  const env = {
    HOME: "/home/p",
    npm_config_registry: "http://r",
    npm_execpath: "/x/npm-cli.js",
    NPM_CONFIG_X: "1",
    INIT_CWD: "/src",
    NODE: "/x/node",
    PATH: path(
      "/src/app/node_modules/.bin",
      "/src/node_modules/.bin",
      "/node_modules/.bin",
      "/x/node-gyp-bin",
      "/usr/bin",
    ),
  };
  expect(ownEnvironment(env, "/src/app")).toEqual({ HOME: "/home/p", PATH: "/usr/bin" });
});

it("keeps a node_modules/.bin that the person has on PATH, and NODE outside of npm", () => {
  const own = path("/usr/bin", "/src/app/node_modules/.bin");
  expect(ownEnvironment({ npm_execpath: "x", PATH: own }, "/src/app").PATH).toBe(own);
  expect(ownEnvironment({ NODE: "mine", PATH: own }, "/src/app")).toEqual({ NODE: "mine", PATH: own });
});

it("Electron is started as the app, also from a terminal that asks every Electron to be plain Node", () => {
  const env = {
    HOME: "/home/p",
    ELECTRON_RUN_AS_NODE: "1",
    ELECTRON_NO_ATTACH_CONSOLE: "1",
    ELECTRON_MIRROR: "https://m",
  };
  expect(ownEnvironment(env, "/src/app")).toEqual({ HOME: "/home/p", ELECTRON_MIRROR: "https://m" });
});
