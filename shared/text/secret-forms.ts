/** The forms in which a secret is met: as it is, within JSON, HTML, an address or a form, in hex and base64, and line by line. */

/** Shorter values would hide ordinary words. */
export const MIN_SECRET_LENGTH = 8;
/** Base64 shows whole groups only: of less than this, too few characters are certain. */
const MIN_BASE64_LENGTH = 12;
/** A line of a secret of several lines is a secret of its own from this length on. */
const MIN_LINE_LENGTH = 16;

/** Every text that gives the secret away, without duplicates; empty for one that is too short. */
export function secretForms(secret: string): string[] {
  if (secret.length < MIN_SECRET_LENGTH) return [];
  const forms = new Set([secret]);
  const add = (form: string) => {
    if (form.length >= MIN_SECRET_LENGTH) forms.add(form);
  };
  const whole = [secret];
  if (/[\r\n]/.test(secret)) {
    const lines = secret.split(/\r\n|\r|\n/);
    whole.push(lines.join("\r\n"), lines.join("\n"));
    for (const line of lines)
      if (line.trim().length >= MIN_LINE_LENGTH && !/^-----.*-----$/.test(line)) add(line.trim());
  }
  for (const text of whole) {
    add(text);
    const once = jsonText(text);
    add(once);
    // A result is JSON that often stands as text within JSON.
    add(jsonText(once));
    // PHP and others write every `/` as `\/`.
    if (text.includes("/")) for (const form of [once, jsonText(once)]) add(form.replaceAll("/", "\\/"));
    const address = addressText(text);
    // A form's body writes a space as `+` and more characters as escapes; an address stands within another one.
    for (const form of [address, formText(text), addressText(address)]) {
      add(form);
      add(form.replace(/%[0-9A-F]{2}/g, (part) => part.toLowerCase()));
    }
    const html = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    add(html);
    for (const quote of ["&#39;", "&#x27;", "&apos;"])
      for (const double of ["&quot;", "&#34;"]) add(html.replaceAll('"', double).replaceAll("'", quote));
  }
  // Hex may be written either way, and opens as much.
  if (/^[0-9a-f]+$/i.test(secret)) for (const form of [secret.toLowerCase(), secret.toUpperCase()]) add(form);
  const hex = utf8(secret)
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  for (const form of [hex, hex.toUpperCase()]) add(form);
  if (secret.length >= MIN_BASE64_LENGTH) {
    for (const form of base64Cores(utf8(secret))) {
      add(form);
      add(form.replaceAll("+", "-").replaceAll("/", "_"));
    }
  }
  return [...forms];
}

const jsonText = (text: string): string => JSON.stringify(text).slice(1, -1);

function addressText(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half of a surrogate pair stands in no address.
    return text;
  }
}

/** As `application/x-www-form-urlencoded` writes it (WHATWG URL, §5.2). */
const formText = (text: string): string =>
  addressText(text)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");

function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  }
  return bytes;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** What is certain of its base64, wherever it begins within a longer text (as the password does in `user:password`). */
function base64Cores(bytes: readonly number[]): string[] {
  return [0, 1, 2].map((before) => {
    const padded = [...Array<number>(before).fill(0), ...bytes];
    const bitAt = (bit: number) => ((padded[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
    let text = "";
    for (let group = Math.ceil((before * 8) / 6); (group + 1) * 6 <= padded.length * 8; group += 1) {
      let value = 0;
      for (let bit = 0; bit < 6; bit += 1) value = (value << 1) | bitAt(group * 6 + bit);
      text += ALPHABET[value];
    }
    return text;
  });
}
