/** Proves what a package holds and registers, by making one and reading it back. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { extractFile } from "@electron/asar";
import { expect, test } from "@playwright/test";
import { Packager } from "app-builder-lib";
import { LinuxPackager } from "app-builder-lib/out/linuxPackager.js";
import appImage from "app-builder-lib/out/targets/appimage/AppImageTarget.js";
import { LinuxTargetHelper } from "app-builder-lib/out/targets/LinuxTargetHelper.js";
import {
  EXPECTED_FUSES,
  findFaults,
  findFuseFaults,
  findHelperFaults,
  findPackages,
  findUpdateFaults,
  type PackageContents,
  readContents,
  readFuses,
} from "../../scripts/package/inspect-package.ts";

test.describe.configure({ mode: "serial" });
test.skip(process.platform !== "linux", "the stand-in is one for Linux; elsewhere the release workflow packages");

let folder: string;
let program: string;
let contents: PackageContents;

test("npm run package -- --dir makes a folder", async () => {
  const output = resolve("artifacts", "package");
  const run = spawnSync(process.execPath, ["scripts/package.ts", "--dir", "--output", output], {
    encoding: "utf8",
    env: { ...process.env, CSC_LINK: "", APPLE_ID: "", SIGNALBOX_UPDATE_URL: "" },
  });
  expect(run.stderr + run.stdout).not.toContain("package: ");
  expect(run.status).toBe(0);
  const [found] = findPackages(output);
  if (found === undefined) throw new Error("there is no package");
  ({ folder, program } = found);
  contents = readContents(folder);
});

test("the archive holds exactly the built code, the icons and the native terminal", async () => {
  expect(findFaults(contents)).toEqual([]);
  const files = (path: string) =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const native = (path: string) =>
    /node-pty(-linux-x64|-linux-arm64)?\//.test(path) && !/(README\.md|\.d\.ts|\.test\.js)$/.test(path);
  const built = files("out").filter((path) => /out\/(main|preload|renderer)\//.test(path));
  expect(contents.archived).toEqual(
    [
      ...built,
      ...files("resources/tray"),
      "resources/icons/256x256.png",
      ...files("node_modules/@lydell").filter(native),
      "package.json",
    ].sort(),
  );
});

test("the native terminal lies beside the archive as a file that the system can load, and nothing else does", async () => {
  expect(contents.unpacked.every((path) => path.startsWith("node_modules/@lydell/"))).toBe(true);
  const library = contents.unpacked.find((path) => path.endsWith("pty.node")) ?? "";
  expect(existsSync(join(folder, "resources", "app.asar.unpacked", library))).toBe(true);
});

test("the packaged package.json starts the app and carries no scripts", async () => {
  const packed: unknown = JSON.parse(extractFile(join(folder, "resources", "app.asar"), "package.json").toString());
  expect(packed).toMatchObject({
    name: "signalbox",
    productName: "Signalbox",
    main: "out/main/electron.js",
    type: "module",
  });
  // A deb and an rpm cannot be made without an address of the project, whichever folder they are made in.
  expect(packed).toMatchObject({
    homepage: expect.stringMatching(/^https:/),
    desktopName: "dev.signalbox.app.desktop",
  });
  expect(packed).not.toHaveProperty("scripts");
  expect(packed).not.toHaveProperty("devDependencies");
});

test("fuses are set as promised, read back from the packaged program", async () => {
  expect(await readFuses(program)).toMatchObject(EXPECTED_FUSES);
  expect(findFuseFaults({ ...EXPECTED_FUSES, nodeOptions: true })).toEqual(["the fuse nodeOptions is true, not false"]);
});

test("the licences of others come with it", async () => {
  const notices = readFileSync(join(folder, "resources", "THIRD-PARTY-NOTICES.txt"), "utf8");
  for (const name of ["@lydell/node-pty", "react", "ws", "zod", "@xterm/xterm", "@fontsource-variable/inter", "hono"]) {
    expect(notices).toMatch(new RegExp(`^${name} \\d`, "m"));
  }
  // MIT by its package.json, published without the text.
  const withoutText = [...notices.matchAll(/^(\S+) \S+\n\nThe package names its licence/gm)].map(([, name]) => name);
  expect(withoutText).toEqual(["@redis/client", "lazy-val"]);
  for (const file of ["LICENSE.electron.txt", "LICENSES.chromium.html"])
    expect(existsSync(join(folder, file))).toBe(true);
});

test("the desktop entry for Linux registers signalbox:// and hands the link over as one argument", async () => {
  const packager = new Packager({
    projectDir: resolve("."),
    config: { electronVersion: "45.4.1" },
    targets: new Map(),
  });
  await packager.validateConfig();
  const linux = new LinuxPackager(packager);
  const entry = await new LinuxTargetHelper(linux).computeDesktopEntry(linux.platformSpecificBuildOptions);
  expect(entry).toContain("\nMimeType=x-scheme-handler/signalbox;\n");
  expect(entry).toMatch(/^Exec=\S+\/signalbox %U$/m);
  expect(entry).toContain("\nStartupWMClass=dev.signalbox.app\n");
  expect(new LinuxTargetHelper(linux).getDesktopFileName()).toBe("dev.signalbox.app");
  expect(entry).toContain("\nName=Signalbox\n");
  expect(packager.config.protocols).toEqual([{ name: "Signalbox session", schemes: ["signalbox"], role: "Viewer" }]);
  expect(packager.config.publish).toBeNull();
});

test("an AppImage keeps its sandbox and runs where no older FUSE library is", async () => {
  const packager = new Packager({
    projectDir: resolve("."),
    config: { electronVersion: "45.4.1" },
    targets: new Map(),
  });
  await packager.validateConfig();
  expect(packager.config.toolsets?.appimage).toMatch(/^1\./);
  const linux = new LinuxPackager(packager);
  // Declared as a default export, and delivered to ES modules as a module around one.
  const { default: AppImage } = appImage as unknown as { default: typeof appImage };
  const target = new AppImage("AppImage", linux, new LinuxTargetHelper(linux), "artifacts");
  const entry: unknown = Reflect.get(target, "desktopEntry");
  expect(await (entry as { value: Promise<string> }).value).toMatch(/^Exec=AppRun %U$/m);
  // Apple silicon ends a program whose signature does not fit, as it does not after its fuses were set.
  expect(packager.config.electronFuses?.resetAdHocDarwinSignature).toBe(true);
});

test("a package that was not asked to look for newer versions does not, whatever a workflow sets to the empty text", async () => {
  expect(findUpdateFaults(folder, undefined)).toEqual([]);
  expect(findUpdateFaults(folder, "https://updates.example/")).toEqual(["app-update.yml is missing"]);
  expect(findHelperFaults(folder, contents)).toEqual([]);
});

test("a package with something missing, or something too many, is called faulty", async () => {
  const without = (path: string) => ({ ...contents, archived: contents.archived.filter((file) => file !== path) });
  expect(findFaults(without("out/main/cli.js"))).toEqual(["out/main/cli.js is missing"]);
  const extra = { ...contents, archived: [...contents.archived, "main/electron.ts", ".env"] };
  expect(findFaults(extra)).toEqual([
    "main/electron.ts does not belong in the archive",
    ".env does not belong in the archive",
  ]);
  expect(findFaults({ ...contents, unpacked: [] }).length).toBeGreaterThan(0);
  expect(findFaults({ ...contents, unpacked: [...contents.unpacked, "out/main/cli.js"] })).toEqual([
    "out/main/cli.js must not lie outside the archive, where nothing vouches for it",
  ]);
});
