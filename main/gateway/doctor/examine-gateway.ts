/** The doctor's look at the gateway's port: whether one serves this home, and who else has the usual port. */
import { connect } from "node:net";
import type { HomeFolder } from "../../home/home-folder.ts";
import { DEFAULT_PORT } from "../../home/last-port.ts";
import { readDiscoveryFile } from "../discovery/find-daemon.ts";
import { portOwner } from "../http/port-owner.ts";
import { type Finding, good, warning } from "./finding.ts";

const CONNECT_MS = 300;

export async function examineGateway(home: HomeFolder): Promise<Finding[]> {
  const findings: Finding[] = [];
  const file = readDiscoveryFile(home.gateway);
  const port = file.outcome === "read" ? Number(new URL(file.address.base).port) : undefined;
  if (file.outcome === "refused")
    findings.push(warning("gateway", `${home.gateway} is not used: ${file.reason}.`, "Remove it."));
  if (port === undefined) findings.push(good("gateway", "No gateway has announced itself."));
  else if (await listens(port)) {
    const pid = file.outcome === "read" ? file.address.pid : undefined;
    findings.push(
      good("gateway", `The gateway is at http://127.0.0.1:${port}${pid === undefined ? "" : `, process ${pid}`}.`),
    );
  } else {
    findings.push(
      warning(
        "gateway",
        `${home.gateway} names port ${port}, where nothing listens.`,
        "It was left behind by a gateway that was killed; the next one replaces it.",
      ),
    );
  }
  if (port !== DEFAULT_PORT && (await listens(DEFAULT_PORT))) {
    const owner = portOwner(DEFAULT_PORT);
    const who = owner === undefined ? "another program" : owner;
    findings.push(
      warning(
        "port",
        `The usual port ${DEFAULT_PORT} is in use by ${who}; a free one is taken instead.`,
        "Choose one with --port.",
      ),
    );
  }
  return findings;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: CONNECT_MS });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true));
    socket.once("timeout", () => done(false));
    socket.once("error", () => done(false));
  });
}
