/** Reads what a release is made with from the environment: signing, and where newer versions are looked for. */

/** Read by electron-builder itself, which takes one that is set and empty for a certificate of that name. */
const SIGNING = /^(WIN_|MAC_|CSC_|APPLE_|AZURE_|SIGNALBOX_UPDATE_URL$)/;

/**
 * The environment without the names of a release that are empty. A workflow sets a secret that a repository does not have
 * to the empty text; to electron-builder that is the path of a certificate, and to the updater an address.
 */
export function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => value !== "" || !SIGNING.test(name)));
}

/** Where packages look for newer versions; undefined where they do not look. Throws where that is no https address. */
export function updateAddress(env: NodeJS.ProcessEnv): string | undefined {
  const address = env.SIGNALBOX_UPDATE_URL;
  if (address === undefined || address === "") return undefined;
  if (!URL.canParse(address) || new URL(address).protocol !== "https:") {
    throw new Error(`SIGNALBOX_UPDATE_URL must be an https address, not ${JSON.stringify(address)}`);
  }
  return address;
}
