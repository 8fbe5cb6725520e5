/** Proves the tables of what pages may not do. */
import { describe, expect, it } from "vitest";
import { decideNavigation, decidePermission } from "./guard-contents.ts";

const isPreview = (address: string) => new URL(address).host === "s-a-5173.localhost:54400";

describe("A21: navigation", () => {
  it.each([
    ["signalbox-app://ui/", true, "allow"],
    ["signalbox-app://ui/session/abc", true, "allow"],
    ["signalbox-app://ui/", false, "deny"],
    ["signalbox-app://ui/api/v1/sessions/x/export?format=html", true, "deny"],
    ["http://s-a-5173.localhost:54400/x", false, "allow"],
    ["http://s-a-5173.localhost:54400/x", true, "deny"],
    ["http://s-a-5173.localhost.evil.test/", false, "deny"],
    ["https://example.org/", false, "deny"],
    ["signalbox-app://ui.evil.test/", true, "deny"],
    ["signalbox-app://evil/", true, "deny"],
    ["https://example.org/", true, "deny"],
    ["file:///home/p/dropped.html", true, "deny"],
    ["javascript:alert(1)", true, "deny"],
    ["data:text/html,x", true, "deny"],
    ["blob:signalbox-app://ui/1", true, "deny"],
    ["about:blank", true, "deny"],
    ["signalbox://session/abc", true, "deny"],
  ] as const)("%s in the main frame %s: %s", (address, mainFrame, decision) => {
    expect(decideNavigation(address, mainFrame, isPreview)).toBe(decision);
  });
});

describe("checklist: permissions are denied unless our own page needs them", () => {
  const page = "signalbox-app://ui/session/a";
  it.each([
    ["clipboard-sanitized-write", page, { isMainFrame: true }, true],
    ["loopback-network", page, { isMainFrame: true }, true],
    ["clipboard-sanitized-write", page, { isMainFrame: false }, false],
    ["clipboard-sanitized-write", page, { isMainFrame: true, requestingUrl: "https://evil.test/" }, false],
    ["clipboard-sanitized-write", "https://evil.test/", {}, false],
    ...[
      "clipboard-read",
      "media",
      "geolocation",
      "notifications",
      "midi",
      "openExternal",
      "fullscreen",
      "hid",
      "unknown",
    ].map((permission) => [permission, page, { isMainFrame: true }, false] as const),
  ] as const)("%s on %s %j: %s", (permission, address, details, granted) => {
    expect(decidePermission(permission, address, details)).toBe(granted);
  });
});
