/** Lays what Signalbox adds over a configuration that the person has, so that nothing of theirs is lost. */

type Settings = Record<string, unknown>;

/** Objects are merged, lists joined, everything else replaced. What is theirs comes first. */
export function layOver(theirs: Settings, ours: Settings): Settings {
  const all: Settings = { ...theirs };
  for (const [key, value] of Object.entries(ours)) {
    const before = Object.hasOwn(theirs, key) ? theirs[key] : undefined;
    if (isSettings(before) && isSettings(value)) set(all, key, layOver(before, value));
    else if (Array.isArray(before) && Array.isArray(value)) set(all, key, [...before, ...value]);
    else set(all, key, value);
  }
  return all;
}

/** Also a key that objects have of their own, as `__proto__`. */
function set(settings: Settings, key: string, value: unknown): void {
  Object.defineProperty(settings, key, { value, enumerable: true, configurable: true, writable: true });
}

const isSettings = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An object written as JSON, perhaps with comments and trailing commas, which agents allow; undefined for anything else. */
export function readSettings(text: string): Settings | undefined {
  try {
    const value: unknown = JSON.parse(withoutComments(text));
    return isSettings(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A string, or a comment, or a comma before the end of its list: whichever begins first. */
const TOKEN = /"(?:[^"\\]|\\.)*"|\/\/[^\n\r]*|\/\*[\s\S]*?\*\/|,(?=(?:\s|\/\/[^\n\r]*|\/\*[\s\S]*?\*\/)*[}\]])/g;

/** Plain JSON. An empty text, or one of comments alone, is an empty object. */
function withoutComments(text: string): string {
  const plain = text.replace(/^\ufeff/, "").replace(TOKEN, (token) => (token.startsWith('"') ? token : " "));
  return plain.trim() === "" ? "{}" : plain;
}
