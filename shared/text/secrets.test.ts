/** Proves that a secret is found in every form in which it gives itself away, quickly, and that nothing else is hidden. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cpuTime } from "../../test/support/cpu-time.ts";
import { REDACTED, redactText, redactValue } from "./redact.ts";

const TOKEN = "0123456789abcdef".repeat(4);
const PEM =
  "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\nAgEAAoIBAQC7VJTUt9Us8cKj\n-----END KEY-----";

describe("secrets in text", () => {
  it("A7: one that begins with another one, or overlaps it, leaves no tail, in whatever order they are known", () => {
    const [short, long] = ["hunter2hunter2", "hunter2hunter2-and-much-longer"];
    for (const secrets of [
      [short, long],
      [long, short],
    ]) {
      expect(redactText(`x ${long} y ${short} z`, secrets)).toBe(`x ${REDACTED} y ${REDACTED} z`);
    }
    expect(redactText("aaaabbbbccccdddd!", ["aaaabbbbcccc", "bbbbccccdddd"])).toBe(`${REDACTED}!`);
  });

  it("A7: one that is a JSON name is hidden, and so are lists below the name of a secret; no entry is lost", () => {
    const value = { [TOKEN]: 1, [`${TOKEN}!`]: 2, tokens: ["abc", 7], plain: "x" };
    const clean = redactValue(value, [TOKEN]);
    expect(JSON.stringify(clean)).not.toContain(TOKEN);
    expect(clean).toEqual({ [REDACTED]: 1, [`${REDACTED}!`]: 2, tokens: [REDACTED, 7], plain: "x" });
    expect(Object.keys(redactValue({ [TOKEN]: 1, [REDACTED]: 2 }, [TOKEN]) as object)).toHaveLength(2);
  });

  it("A7: several lines are hidden whole, line by line, and as JSON within JSON", () => {
    for (const text of [
      PEM,
      PEM.replaceAll("\n", "\r\n"),
      JSON.stringify({ key: PEM }),
      JSON.stringify({ text: JSON.stringify({ key: PEM }) }),
      "only this line: MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj",
    ]) {
      const clean = redactText(text, [PEM]);
      expect(clean, text).toContain(REDACTED);
      expect(clean, text).not.toContain("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj");
      expect(clean, text).not.toContain("AgEAAoIBAQC7VJTUt9Us8cKj");
    }
  });

  it("A7: quoted, in an address, and in base64 wherever it begins there, as in a Basic credential", () => {
    const secret = 'p@ss "word"/with+signs ü';
    const encoded = (text: string, form: BufferEncoding) => Buffer.from(text).toString(form);
    expect(redactText(JSON.stringify(secret), [secret])).toBe(`"${REDACTED}"`);
    expect(redactText(`?q=${encodeURIComponent(secret)}&x`, [secret])).toBe(`?q=${REDACTED}&x`);
    for (const before of ["", "u", "us", "use", "user:"]) {
      for (const form of ["base64", "base64url"] as const) {
        const clean = redactText(encoded(`${before}${secret}:tail`, form), [secret]);
        expect(clean, before).toContain(REDACTED);
        // What is left decodes to nothing of it but a border character.
        expect(Buffer.from(clean.split(REDACTED).join(""), form).toString("latin1")).not.toContain("word");
      }
    }
  });

  it("A7: as the usual writers of JSON, forms, addresses, HTML and hex write it, in either case", () => {
    const secret = `k/y+"q" <a&'b'> ü`;
    const hex = Buffer.from(secret).toString("hex");
    for (const form of [
      JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/"),
      JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1).replaceAll("/", "\\/"),
      new URLSearchParams({ q: secret }).toString().slice(2),
      encodeURIComponent(secret).toLowerCase(),
      encodeURIComponent(encodeURIComponent(secret)),
      secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
      secret.replace(/[&<>"']/g, (char) => `&${{ "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#39" }[char]};`),
      hex,
      hex.toUpperCase(),
    ]) {
      expect(redactText(`a ${form} z`, [secret]), form).toBe(`a ${REDACTED} z`);
    }
    expect(redactText(TOKEN.toUpperCase(), [TOKEN])).toBe(REDACTED);
  });

  it("A7: nothing of any secret is left, whatever stands around it, and other text is not touched", () => {
    const secret = fc.stringMatching(/^[a-z0-9"\\/+= \n-]{8,40}$/);
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 6 }),
        fc.array(fc.string(), { maxLength: 6 }),
        (secrets, texts) => {
          const text = texts.flatMap((piece, at) => [piece, secrets[at % secrets.length] ?? ""]).join("");
          const clean = redactText(text, secrets);
          for (const value of secrets) expect(clean).not.toContain(value);
        },
      ),
    );
    expect(redactText("short stays, so do ordinary words", ["short", TOKEN])).toBe("short stays, so do ordinary words");
  });

  it("takes a time that grows with the text alone: 200 secrets in 8 MB of text that looks like them", () => {
    const secrets = Array.from({ length: 200 }, (_, n) => `${String(n).padStart(4, "0")}${TOKEN}`.slice(0, 64));
    const text = `${"0123456789abcdef ".repeat(30_000)}${secrets[7]}`.repeat(16);
    let clean = "";
    const took = cpuTime(() => {
      clean = redactText(text, secrets);
    });
    expect(took).toBeLessThan(5_000);
    expect(clean).not.toContain(secrets[7]);
  });
});
