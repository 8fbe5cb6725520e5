/** A server behind a company's certificates is reached although Node was not started with them. */
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createNodeCarrier } from "./node-carrier.ts";
import { createCertificates } from "./trust-certificates.ts";

let folder: string;
let server: https.Server;
let origin: string;
const before = tls.getCACertificates("default");
const fingerprints = (certificates: readonly string[]) =>
  certificates.map((certificate) => new X509Certificate(certificate).fingerprint256);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-certificates-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "corp.pem")];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const make = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  execFileSync("openssl", [...make, "-keyout", key, "-out", cert, ...name], { stdio: "ignore" });
  server = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) =>
    response.end("here"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `https://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  tls.setDefaultCACertificates(before);
  rmSync(folder, { recursive: true, force: true });
});

/** By the carrier that reaches MCP servers, and by `fetch`, which sign-ins use. */
async function reach(): Promise<string[]> {
  const carrier = createNodeCarrier(new URL(origin));
  const carried = await new Promise<string>((resolve) => {
    carrier.send(
      { method: "GET", target: "/", headers: {}, body: undefined },
      {
        head: ({ status }) => ({ data: () => true, end: () => resolve(String(status)) }),
        failed: ({ reason }) => resolve(reason),
      },
    );
  });
  carrier.dispose();
  const fetched = await fetch(origin).then(
    (response) => response.text(),
    (error: Error) => String(error.cause),
  );
  return [carried, fetched];
}

it("before, Node refuses it; afterwards it is reached, by servers' connections and by sign-ins", async () => {
  expect(await reach()).toEqual([
    expect.stringMatching(/not trusted.*NODE_EXTRA_CA_CERTS/),
    expect.stringMatching(/certificate/),
  ]);
  const problems: unknown[] = [];
  const certificates = createCertificates({
    file: async () => join(folder, "corp.pem"),
    onProblem: (...problem) => problems.push(problem),
  });
  await certificates();
  expect(await reach()).toEqual(["200", "here"]);
  // What Node trusts anyway stays.
  expect(fingerprints(tls.getCACertificates("default"))).toEqual(expect.arrayContaining(fingerprints(before)));
  expect(problems).toEqual([]);
});

it("stores are read once; a file that is missing or empty is told, and the system's certificates count all the same", async () => {
  writeFileSync(join(folder, "empty.pem"), "nothing");
  for (const file of [join(folder, "gone.pem"), join(folder, "empty.pem")]) {
    const problems: string[] = [];
    const set: string[][] = [];
    let reads = 0;
    const certificates = createCertificates({
      file: async () => file,
      onProblem: (what) => problems.push(what),
      node: {
        getCACertificates: (type) => {
          reads += 1;
          return type === "system" ? ["company"] : ["bundled"];
        },
        setDefaultCACertificates: (all) => set.push(all.map(String)),
      },
    });
    await certificates();
    await certificates();
    expect(set).toEqual([["bundled", "company"]]);
    expect(reads).toBe(2);
    expect(problems).toEqual([`NODE_EXTRA_CA_CERTS (${file}) could not be read`]);
  }
});

it("a runtime that cannot do it is told in the log, and stops nobody", async () => {
  const problems: string[] = [];
  const refuse = () => {
    throw new Error("not in this runtime");
  };
  const certificates = createCertificates({
    file: async () => undefined,
    onProblem: (what) => problems.push(what),
    node: { getCACertificates: () => ["x"], setDefaultCACertificates: refuse },
  });
  await certificates();
  expect(problems).toEqual(["certificates could not be added"]);
});
