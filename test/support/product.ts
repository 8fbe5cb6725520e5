/** Starts the built product for a test as a person would: `signalbox serve` in a home of its own, and ends all of it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { Page } from "@playwright/test";
import { parseDiscoveryFile } from "../../shared/protocol/discovery-file.ts";
import { parseJson, z } from "../../shared/protocol/schema.ts";

const CLI = resolve("out/main/cli.js");
const NO_ELECTRON = pathToFileURL(resolve("test/support/no-electron.mjs")).href;

const announcement = z.object({ url: z.string(), token: z.string(), pid: z.number() });

/** The tests' own environment without what would leak into the product: npm's variables, other homes, a test runner's wish for colour. */
export function cleanEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(npm_|SIGNALBOX_|VITEST|TEST_|NO_COLOR|FORCE_COLOR)/.test(key)),
  );
  return { ...env, ...extra, NODE_OPTIONS: `--import=${NO_ELECTRON}` };
}

/** Runs `signalbox …` to its end. */
export async function signalbox(
  args: string[],
  env = cleanEnvironment(),
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk));
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...output };
}

export class Product {
  readonly folder: string;
  readonly home: string;
  url = "";
  token = "";
  readonly #env: NodeJS.ProcessEnv;
  #gateway: ChildProcess | undefined;

  private constructor(env: Record<string, string>) {
    this.folder = mkdtempSync(join(tmpdir(), "signalbox-e2e-"));
    this.home = join(this.folder, "home");
    mkdirSync(this.home, { mode: 0o700 });
    this.#env = cleanEnvironment(env);
  }

  /** Starts on a free port. `servers` becomes servers.json before anything runs. */
  static async start(
    options: { servers?: object; env?: Record<string, string>; args?: string[] } = {},
  ): Promise<Product> {
    const product = new Product(options.env ?? {});
    if (options.servers !== undefined)
      product.writeHome("servers.json", JSON.stringify({ mcpServers: options.servers }));
    // What Signalbox itself offers to agents would be in every list that a test compares.
    product.writeHome("daemon-settings.json", '{"person_tools": false}');
    await product.startGateway(options.args);
    return product;
  }

  async startGateway(args: string[] = []): Promise<void> {
    const port = this.url === "" ? "0" : new URL(this.url).port;
    const child = spawn(
      process.execPath,
      [CLI, "serve", "--home", this.home, "--port", port, "--json", "--no-open", ...args],
      { env: this.#env, stdio: ["ignore", "pipe", "inherit"] },
    );
    this.#gateway = child;
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([
      once(lines, "line").then(([line]) => String(line)),
      once(child, "exit").then(([code]) =>
        Promise.reject(new Error(`the gateway exited with ${code} before it answered`)),
      ),
    ]);
    child.stdout.resume();
    const said = parseJson(announcement, first);
    if (!said.ok) throw new Error(`the gateway announced ${first}: ${said.reason}`);
    this.url = said.value.url;
    this.token = said.value.token;
  }

  async stopGateway(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const child = this.#gateway;
    this.#gateway = undefined;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    const exit = once(child, "exit");
    child.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  }

  /** The daemon that runs in this home, by its discovery file. */
  daemonPid(): number {
    const file = parseDiscoveryFile(readFileSync(join(this.home, "mcp.json"), "utf8"));
    if (!file.ok || file.value.pid === undefined) throw new Error("no daemon has announced itself");
    return file.value.pid;
  }

  writeHome(name: string, text: string): void {
    writeFileSync(join(this.home, name), text, { mode: 0o600 });
  }

  readHome(name: string): string {
    return readFileSync(join(this.home, name), "utf8");
  }

  /** A folder for a session, with the given files. */
  workFolder(files: Record<string, string | Buffer> = {}): string {
    const folder = mkdtempSync(join(this.folder, "work-"));
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return folder;
  }

  /** On a connection of its own: one that is kept could be closed by the other side while a busy machine sends on it. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.token}`, "content-type": "application/json", connection: "close" };
    return fetch(this.url + path, { ...init, headers: { ...headers, ...init.headers } });
  }

  /** Creates a session over HTTP and gives its id. The gateway waits for the first daemon only so long; this goes on. */
  async createSession(request: object): Promise<string> {
    const ask = () => this.fetch("/api/v1/sessions", { method: "POST", body: JSON.stringify(request) });
    let response = await ask();
    for (let again = 0; response.status === 503 && again < 3; again += 1) response = await ask();
    const created = parseJson(z.object({ id: z.string() }), await response.text());
    if (!created.ok) throw new Error(`no session was created: ${response.status} ${created.reason}`);
    return created.value.id;
  }

  /** Opens the UI in a page that signs itself in by a one-time link, as the printed one does. */
  async open(page: Page, path = "/"): Promise<void> {
    const response = await this.fetch("/api/v1/pairing", { method: "POST", body: "{}" });
    const pairing = parseJson(z.object({ link_code: z.string() }), await response.text());
    if (!pairing.ok) throw new Error(`no pairing code: ${response.status} ${pairing.reason}`);
    await page.goto(`${this.url}${path}#pair=${pairing.value.link_code}`);
  }

  /** As a person does it: with everything that runs in it. */
  async stopDaemon(): Promise<void> {
    await signalbox(["stop", "--force", "--home", this.home], this.#env);
  }

  /** Ends the gateway and the daemon with all that they run, and removes the home. */
  async stop(): Promise<void> {
    await this.stopGateway();
    await signalbox(["stop", "--force", "--home", this.home], this.#env);
    // A program that is ending may still write there.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 40, retryDelay: 50 });
  }
}
