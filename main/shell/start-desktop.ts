/** The start of the desktop app: one instance, the gateway, and the shell around it. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { linkPath, parseDeepLink } from "../../shared/links/deep-link.ts";
import type { Result } from "../../shared/protocol/fault.ts";
import type { StartEvent } from "../../shared/protocol/start-report.ts";
import { reasonOf } from "../../shared/text/reason-of.ts";
import type { Gateway, GatewayOptions } from "../gateway/create-gateway.ts";
import { createLog, type Log } from "../home/create-log.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { homeFolder, prepareHomeFolder } from "../home/home-folder.ts";
import { sayJson } from "../home/say.ts";
import { daemonKey, ownerToken } from "../home/secrets.ts";
import { ownAppImage } from "../home/self-command.ts";
import { createShell, type Shell } from "./create-shell.ts";
import type { ElectronApi } from "./electron-api.ts";
import { type LaunchArgs, nextArguments, parseLaunchArgs } from "./launch-args.ts";
import { UI_ORIGIN, UI_SCHEME } from "./ui/ui-origin.ts";
import type { Updater } from "./updates/run-updates.ts";

export interface DesktopContext {
  /** Arguments after the program, and after the app's folder where there is one. */
  args: readonly string[];
  platform: NodeJS.Platform;
  /** False when pages run without Chromium's sandbox, because of `--no-sandbox`. */
  sandboxed: boolean;
  /** What starts this app again, for the system's table of link handlers: program and its fixed arguments. */
  self: { program: string; args: string[] };
  /** Folder that holds `out/` and `resources/`. */
  root: string;
  createGateway: (options: GatewayOptions) => Promise<Result<Gateway>>;
  /** What fetches newer versions, where the package names a place for them. */
  loadUpdater: () => Promise<Updater | undefined>;
  /** Who shows tray icons on this desktop; undefined where nobody does. */
  trayHost: () => Promise<string | undefined>;
  /** Tells whoever waits for a window how the start goes. */
  report: (event: StartEvent) => void;
}

export interface Desktop {
  readonly shell: Shell;
  readonly gateway: Gateway;
}

/**
 * Starts the app. Gives undefined when another instance took over or the gateway could not start; the app then ends.
 * Everything up to the first `await` must happen before Electron is ready, so it comes first and in one turn.
 */
export async function startDesktop(electron: ElectronApi, context: DesktopContext): Promise<Desktop | undefined> {
  const { app } = electron;
  context.report("began");
  const launch = parseLaunchArgs(context.args);
  const home = homeFolder(launch.home);
  try {
    prepareHomeFolder(home);
  } catch (error) {
    context.report("failed");
    electron.dialog.showErrorBox("Signalbox cannot start", reasonOf(error));
    app.exit(1);
    return undefined;
  }
  // One instance per home folder: Electron keeps the lock among the user's data.
  const userData = join(home.path, "desktop");
  mkdirSync(userData, { recursive: true, mode: 0o700 });
  app.setPath("userData", userData);
  if (!app.requestSingleInstanceLock()) {
    context.report("handed-over");
    app.quit();
    return undefined;
  }
  app.enableSandbox();
  electron.protocol.registerSchemesAsPrivileged([
    {
      scheme: UI_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
    },
  ]);
  const early = collectEarly(electron, launch, (argv) => ({
    execPath: ownAppImage(process.env, context.self.program),
    args: [...context.self.args, ...nextArguments(context.args, argv)],
  }));
  if (context.platform === "win32") app.setAppUserModelId("dev.signalbox.app");
  // Packages for macOS and Linux name the scheme in their own metadata. There a checkout must not claim it: macOS would give it to
  // Electron's own program, whose window knows nothing of us, and Linux looks for a package that may not be there.
  if (context.platform === "win32")
    app.setAsDefaultProtocolClient("signalbox", context.self.program, context.self.args);

  const [token, key] = [ownerToken(home), daemonKey(home)];
  let secrets: () => readonly string[] = () => [token, key];
  const log = createLog({ name: "desktop", file: join(home.logs, "desktop.log"), secrets: () => secrets() });
  if (!context.sandboxed) log.warn("started without Chromium's sandbox: this system or its person asked for that");
  await app.whenReady();
  const gateway = await context.createGateway(gatewayOptions(context, launch, home, log));
  if (!gateway.ok) {
    log.error({ code: gateway.fault.code }, gateway.fault.message);
    context.report("failed");
    electron.dialog.showErrorBox(gateway.fault.message, gateway.fault.hint ?? "");
    app.exit(1);
    return undefined;
  }
  secrets = gateway.value.secrets;
  const updater = await context.loadUpdater().catch((error: unknown) => {
    log.error({ error }, "newer versions cannot be looked for");
    return undefined;
  });
  const shell = createShell({
    updater,
    trayHost: context.trayHost,
    onWindow: () => context.report("window"),
    self: context.self,
    electron,
    platform: context.platform,
    root: context.root,
    home,
    gateway: gateway.value,
    sandboxed: context.sandboxed,
    log,
  });
  early.deliver(shell);
  // macOS hands a login item no arguments, but says that it was one.
  const atLogin = context.platform === "darwin" && app.getLoginItemSettings().wasOpenedAtLogin;
  if (launch.hidden || atLogin) {
    context.report("hidden");
    void shell.startHidden();
  } else shell.show();
  if (launch.json) sayJson({ url: gateway.value.url, token: gateway.value.token, pid: process.pid });
  return { shell, gateway: gateway.value };
}

function gatewayOptions(context: DesktopContext, launch: LaunchArgs, home: HomeFolder, log: Log): GatewayOptions {
  const { port, discovery } = launch;
  return {
    home,
    ...(port === undefined ? {} : { port }),
    ...(discovery === undefined ? {} : { discovery: discovery.split(context.platform === "win32" ? ";" : ":") }),
    ui: join(context.root, "out", "renderer"),
    allowedOrigins: [UI_ORIGIN],
    startDaemon: true,
    log,
  };
}

/** Links and hand-overs can come before there is anything to deliver them to. */
function collectEarly(
  electron: ElectronApi,
  launch: LaunchArgs,
  again: (argv: readonly string[]) => Parameters<Shell["comeBack"]>[0],
) {
  let target: Shell | undefined;
  let waiting: ((shell: Shell) => void)[] = [];
  const give = (action: (shell: Shell) => void) => {
    if (target === undefined) waiting.push(action);
    else action(target);
  };
  const follow = (link: ReturnType<typeof parseDeepLink>) => {
    if (link !== undefined) give((shell) => shell.follow(linkPath(link)));
  };
  electron.app.on("open-url", (event, url) => {
    event.preventDefault();
    follow(parseDeepLink(url));
  });
  electron.app.on("second-instance", (_event, argv) => {
    const wanted = parseLaunchArgs(argv);
    give((shell) => {
      // An app that is ending would take what it is given with it.
      if (shell.leaving) return shell.comeBack(again(argv));
      // As at login, when the session before was restored already.
      if (!wanted.hidden) shell.show(true);
      if (wanted.link !== undefined) shell.follow(linkPath(wanted.link));
      if (wanted.demo) void shell.startDemo();
    });
  });
  follow(launch.link);
  if (launch.demo) give((shell) => shell.startDemo());
  return {
    deliver(shell: Shell) {
      target = shell;
      const due = waiting;
      waiting = [];
      for (const action of due) action(shell);
    },
  };
}
