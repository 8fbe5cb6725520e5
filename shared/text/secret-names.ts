/** Tells by its name, or by its looks, whether a value is a secret. Wrong in doubt: what is hidden can be asked for again. */

/** The last word of a name that means a credential. */
const CREDENTIALS = new Set([
  ...["authorization", "auth", "bearer", "cookie", "cookies", "credential", "credentials", "jwt", "otp", "pat"],
  ...["pass", "passcode", "passphrase", "passwd", "password", "passwords", "pwd", "secret", "secrets", "signature"],
  ...["token", "tokens", "apikey", "apikeys"],
  ...["passwort", "kennwort", "contrasena", "senha", "wachtwoord", "haslo"],
]);
/** In one word with what comes before: `PGPASSWORD`, `AUTHTOKEN`. */
const GLUED = /(password|passwd|passphrase|pwd|secret|token|apikey|accesskey|privatekey|secretkey)s?$/;
/** `…_KEY` after one of these opens something; other keys (a row's, an object's) do not. */
const KEY_OF = new Set([
  ...["access", "account", "admin", "api", "auth", "client", "consumer", "deploy", "encryption", "license", "master"],
  ...["private", "project", "secret", "security", "service", "signing", "ssh", "subscription", "webhook"],
]);
/** Says of a credential how it is written, or which one it is. */
const TAIL = /^(\d+|value|text|string|raw|base64|b64|json|pem|hex|data|old|new|current|default|prod|dev|test)$/;

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== "");

/** Whether a value of this name is a credential, in whatever is recorded: `api_key`, `PGPASSWORD`, `x-auth`, `refreshToken`. */
export function isSecretKey(name: string): boolean {
  const words = wordsOf(name);
  while (words.length > 1 && TAIL.test(words.at(-1) ?? "")) words.pop();
  const last = (words.at(-1) ?? "").replace(/\d+$/, "");
  if (CREDENTIALS.has(last) || GLUED.test(last)) return true;
  return /^keys?$/.test(last) && KEY_OF.has(words.at(-2) ?? "");
}

const SETTING =
  /(^|[^a-z])(dsn|connection ?string|conn ?str|key|keys|code|sig|session|nonce|salt|seed|mnemonic|private|pin|license|licence|clave|mot de passe)$/;

/** The same for variables, options and parts of addresses, where every key opens something. */
export const isSecretSetting = (name: string): boolean => isSecretKey(name) || SETTING.test(wordsOf(name).join(" "));

/** As the services that give them out begin them. */
const KNOWN =
  /^(sk-|sk_|rk_|pk_live|ghp_|gho_|ghu_|ghs_|ghr_|github_pat_|glpat-|xox[a-z]-|xapp-|AKIA|ASIA|AIza|ya29\.|npm_|hf_|SG\.|shp[a-z]{2}_|dop_v1_|lin_api_|ntn_|secret_|pypi-|nvapi-|tvly-|figd_|eyJ[\w-]+\.)|-----BEGIN/;
const LONG = /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_+=]{24,}$/;
const HEX = /^[0-9a-f]{32,}$/i;
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Whether the value itself looks like a key. */
export const looksSecret = (value: string): boolean =>
  KNOWN.test(value) || LONG.test(value) || HEX.test(value) || UUID.test(value);
