/** Proves that no answer of an authorization server costs more than its sign-in, and that a person reads a sentence. */
import { expect, it } from "vitest";
import { createCarefulFetch, SignInRefusal } from "./careful-fetch.ts";

const answering = (body: BodyInit | null, init: ResponseInit = {}, server = "https://mcp.example/mcp") =>
  createCarefulFetch({
    server,
    redirectUrl: "http://127.0.0.1:1/oauth/callback",
    resolve: async () => ["203.0.113.1"],
    fetch: async () => new Response(body, init),
  });
const asToken = { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" } };
const token = (body: string, init?: ResponseInit) => answering(body, init)("https://auth.example/token", asToken);
const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SignInRefusal);
  return (error as Error).message;
};

it("an answer without end is cut, and says so", async () => {
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 1;
      controller.enqueue(new Uint8Array(64 * 1024).fill(32));
    },
  });
  expect(await refusal(answering(endless)("https://auth.example/.well-known/x"))).toContain("more than 1048576 bytes");
  expect(sent).toBeLessThan(32);
});

it.each([
  ["<html>", 200, "not JSON"],
  ["[]", 200, "not JSON"],
  ["{}", 200, "without an access token"],
  [JSON.stringify({ access_token: 7 }), 200, "without an access token"],
])("a token answer %s of status %i is told in words", async (body, status, words) => {
  expect(await refusal(token(body, { status }))).toContain(words);
});

it.each([
  ["<html>Bad gateway</html>", 502, { error: "server_error", error_description: "auth.example answered 502" }],
  [
    '{"error":"invalid_grant"}',
    400,
    { error: "invalid_grant", error_description: "auth.example answered “invalid_grant”" },
  ],
  // As GitHub answers: a failure with 200.
  [
    "error=bad_verification_code&error_description=It+expired",
    200,
    { error: "bad_verification_code", error_description: "It expired" },
  ],
])("an error %s of status %i becomes one that OAuth has", async (body, status, error) => {
  const response = await token(body, { status });
  expect(response.ok).toBe(false);
  expect(await response.json()).toEqual(error);
});

it("an address that may not be asked is never asked", async () => {
  let asked = 0;
  const careful = createCarefulFetch({
    server: "https://mcp.example/mcp",
    redirectUrl: "http://127.0.0.1:1/oauth/callback",
    resolve: async () => ["203.0.113.1"],
    fetch: async () => {
      asked += 1;
      return new Response("{}");
    },
  });
  expect(await refusal(careful("https://127.0.0.1:9/admin/delete?id=1"))).toContain("on this machine");
  expect(asked).toBe(0);
});

it("a redirect is left to the SDK, which follows none to another origin", async () => {
  const response = await answering(null, { status: 302, headers: { location: "https://evil.example/" } })(
    "https://auth.example/token",
    asToken,
  );
  expect([response.status, response.headers.get("location")]).toEqual([302, "https://evil.example/"]);
});
