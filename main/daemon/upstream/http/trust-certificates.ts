/** Lets our own https trust what the person's other programs trust: the system's certificates, and those that NODE_EXTRA_CA_CERTS names. */

import { readFileSync } from "node:fs";
import tls from "node:tls";
import { reasonOf } from "../../../../shared/text/reason-of.ts";

/** What of Node's TLS is used. */
export type Trust = Pick<typeof tls, "getCACertificates" | "setDefaultCACertificates">;

export interface CertificatesOptions {
  /** The file that NODE_EXTRA_CA_CERTS names in the person's environment, if any. */
  file: () => Promise<string | undefined>;
  onProblem: (what: string, details: object) => void;
  node?: Trust;
}

/**
 * Gives what to await before each connection by https: the first call reads the stores, the others cost nothing. It never rejects.
 *
 * Node reads the variable only when it starts, and takes the system's store only when it is told to. Started from a dock, or as a package,
 * which hides the variable, it would refuse every server behind a company's proxy, which the person's browser and agents reach. What cannot
 * be read is reported and left out; what Node trusts anyway stays.
 */
export function createCertificates({ file, onProblem, node = tls }: CertificatesOptions): () => Promise<void> {
  const read = (what: string, certificates: () => readonly string[]): readonly string[] => {
    try {
      return certificates();
    } catch (error) {
      onProblem(`${what} could not be read`, { reason: reasonOf(error) });
      return [];
    }
  };
  const trust = async () => {
    const extra = (await file()) ?? "";
    const system = read("the system's certificates", () => node.getCACertificates("system"));
    const own = extra === "" ? [] : read(`NODE_EXTRA_CA_CERTS (${extra})`, () => readCertificates(extra));
    if (system.length + own.length === 0) return;
    const all = new Set([...node.getCACertificates("default"), ...system, ...own]);
    node.setDefaultCACertificates([...all]);
  };
  let trusted: Promise<void> | undefined;
  return () => {
    trusted ??= trust().catch((error: unknown) => {
      onProblem("certificates could not be added", { reason: reasonOf(error) });
    });
    return trusted;
  };
}

/** The certificates of a PEM file. Throws when it cannot be read or holds none. */
function readCertificates(file: string): string[] {
  const found = readFileSync(file, "utf8").match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (found === null) throw new Error("there is no certificate in it");
  return found.map((certificate) => `${certificate}\n`);
}
