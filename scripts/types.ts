/** The type check: every folder with the settings of its own runtime, all of them even when one fails. */
import { spawnSync } from "node:child_process";

const PROJECTS = ["shared", "main", "preload", "renderer", "test"];
const broken = PROJECTS.filter(
  (project) =>
    spawnSync("tsc", ["-p", project, "--pretty"], { stdio: "inherit", shell: process.platform === "win32" }).status !==
    0,
);
if (broken.length > 0) {
  console.error(`types: errors in ${broken.join(", ")}`);
  process.exitCode = 1;
}
