/** Starts the nginx of this system as a plain reverse proxy in front of one port, with its state in a temporary folder. */
import { accessSync, constants, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../test/support/listen.ts";
import { type Launched, launch, temporaryFolder } from "./own-processes.ts";

const START_MS = 5_000;

export interface Nginx extends Launched {
  port: number;
}

/** Undefined where there is none on the PATH. Throws when it does not answer. */
export async function startNginx(target: number): Promise<Nginx | undefined> {
  const file = onPath("nginx");
  if (file === undefined) return undefined;
  const port = await freePort();
  const folder = temporaryFolder();
  const conf = join(folder.path, "nginx.conf");
  writeFileSync(conf, configuration(folder.path, port, target));
  const nginx = await launch(file, ["-e", join(folder.path, "error.log"), "-c", conf], { stdio: "ignore" });
  for (const end = performance.now() + START_MS; performance.now() < end; await delay(20)) {
    const answered = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    await answered?.body?.cancel();
    if (answered?.ok === true) return { ...nginx, port };
  }
  throw new Error("nginx did not answer");
}

function onPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** One worker, as the product has one thread a process; connections to the program are kept, answers are streamed. */
const configuration = (folder: string, port: number, target: number): string => `
daemon off;
master_process off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join("\n  ")}
  keepalive_requests 1000000;
  map $http_upgrade $connection_header { default upgrade; '' ''; }
  upstream program { server 127.0.0.1:${target}; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://program;
      proxy_http_version 1.1;
      proxy_set_header Host localhost:${target};
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_header;
      proxy_max_temp_file_size 0;
    }
  }
}
`;
