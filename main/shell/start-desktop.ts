/** Owns the start of the desktop app: one instance, the gateway, and the shell around it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { linkPath, parseDeepLink } from "../../shared/links/deep-link.ts";
import type { Result } from "../../shared/protocol/fault.ts";
import type { Gateway, GatewayOptions } from "../gateway/create-gateway.ts";
import { createLog, type Log } from "../home/create-log.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { homeFolder, prepareHomeFolder } from "../home/home-folder.ts";
import { daemonKey, ownerToken } from "../home/secrets.ts";
import { createShell, type Shell } from "./create-shell.ts";
import type { ElectronApi } from "./electron-api.ts";
import { type LaunchArgs, parseLaunchArgs } from "./launch-args.ts";
import { linkFromArgv } from "./links/link-from-argv.ts";
import { UI_ORIGIN, UI_SCHEME } from "./ui/ui-origin.ts";
import type { Updater } from "./updates/run-updates.ts";

export interface DesktopContext {
  /** Arguments after the program, and after the app's folder where there is one. */
  args: readonly string[];
  platform: NodeJS.Platform;
  /** What starts this app again, for the system's table of link handlers: program and its fixed arguments. */
  self: { program: string; args: string[] };
  /** Folder that holds `out/` and `resources/`. */
  root: string;
  createGateway: (options: GatewayOptions) => Promise<Result<Gateway>>;
  /** What fetches newer versions, where the package names a place for them. */
  loadUpdater: () => Promise<Updater | undefined>;
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
  const launch = parseLaunchArgs(context.args);
  const home = homeFolder(launch.home);
  try {
    prepareHomeFolder(home);
  } catch (error) {
    electron.dialog.showErrorBox("Signalbox cannot start", error instanceof Error ? error.message : String(error));
    app.exit(1);
    return undefined;
  }
  // One instance per home folder: Electron keeps the lock among the user's data.
  const userData = join(home.path, "desktop");
  mkdirSync(userData, { recursive: true, mode: 0o700 });
  app.setPath("userData", userData);
  if (!app.requestSingleInstanceLock()) {
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
  const early = collectEarly(electron, launch);
  if (context.platform === "win32") app.setAppUserModelId("dev.signalbox.app");
  // A package for macOS or Linux names the scheme in its own metadata; a checkout and Windows have none.
  if (!app.isPackaged || context.platform === "win32")
    app.setAsDefaultProtocolClient("signalbox", context.self.program, context.self.args);

  const [token, key] = [ownerToken(home), daemonKey(home)];
  let secrets = () => [token, key];
  const log = createLog({ name: "desktop", file: join(home.logs, "desktop.log"), secrets: () => secrets() });
  if (context.args.includes("--no-sandbox"))
    log.warn("started without Chromium's sandbox: this system or its person asked for that");
  await app.whenReady();
  const gateway = await context.createGateway(gatewayOptions(context, launch, home, log));
  if (!gateway.ok) {
    log.error({ code: gateway.fault.code }, gateway.fault.message);
    electron.dialog.showErrorBox(gateway.fault.message, gateway.fault.hint ?? "");
    app.exit(1);
    return undefined;
  }
  // The owner's token may be replaced while it serves.
  secrets = () => [gateway.value.token, key];
  const updater = await context.loadUpdater();
  const shell = createShell({
    updater,
    self: context.self,
    electron,
    platform: context.platform,
    root: context.root,
    home,
    gateway: gateway.value,
    log,
  });
  early.deliver(shell);
  if (!launch.hidden) shell.show();
  if (launch.json)
    console.log(JSON.stringify({ url: gateway.value.url, token: gateway.value.token, pid: process.pid }));
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
function collectEarly(electron: ElectronApi, launch: LaunchArgs) {
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
    give((shell) => shell.show());
    follow(linkFromArgv(argv));
    if (parseLaunchArgs(argv).demo) give((shell) => shell.startDemo());
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
