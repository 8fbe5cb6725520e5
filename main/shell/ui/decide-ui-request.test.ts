/** Proves the table of the page's requests. */
import { describe, expect, it } from "vitest";
import { decideUiRequest } from "./decide-ui-request.ts";

const at = (path: string, method = "GET") => decideUiRequest(method, `signalbox-app://ui${path}`);

it.each([
  ["/", "/index.html"],
  ["/index.html", "/index.html"],
  ["/session/abc", "/index.html"],
  ["/session/abc/call/c-1", "/index.html"],
  ["/assets/index-B1.js", "/assets/index-B1.js"],
  ["/assets/a.js?v=2#x", "/assets/a.js"],
])("%s shows the page or its file", (path, file) => {
  expect(at(path)).toEqual({ serve: "file", path: file });
});

it.each(["/api/v1/sessions?x=1", "/api/mcp/discovery", "/pair"])("%s reaches the gateway unchanged", (path) => {
  expect(at(path, "POST")).toEqual({ serve: "gateway", path });
});

describe("A19: a path that would leave the folder is nothing", () => {
  it.each([
    "/..%2f..%2fetc/passwd",
    "/a%5c..%5cx.js",
    "/a%00.js",
    "/a%2Fb.js",
    "/%252e%252e%2fx.js",
    "//evil.test/..%2fx",
  ])("%s", (path) => {
    expect(at(path)).toEqual({ serve: "nothing", status: 404 });
  });

  it("escaped dots are dots to every URL parser, and end at the top of the folder", () => {
    expect(at("/%2e%2e/%2e%2e/x.js")).toEqual({ serve: "file", path: "/x.js" });
  });

  it("a back slash is read as a slash, as in every special scheme, and never leaves", () => {
    expect(decideUiRequest("GET", "signalbox-app://ui/a\\..\\..\\x.js")).not.toMatchObject({ serve: "gateway" });
  });
});

it.each([
  "signalbox-app://evil/index.html",
  "signalbox-app://ui.evil/index.html",
  "signalbox-app://u:p@ui/index.html",
  "signalbox-app://ui:80/index.html",
  "https://ui/index.html",
  "file:///etc/passwd",
  "nonsense",
])("%s is not our page", (address) => {
  expect(decideUiRequest("GET", address)).toEqual({ serve: "nothing", status: 404 });
});

it("files are only read", () => {
  expect(at("/index.html", "POST")).toEqual({ serve: "nothing", status: 405 });
});
