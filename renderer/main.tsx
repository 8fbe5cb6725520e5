/** The start of the page: host, sign-in, then the connections and the page itself. */
import "./theme/fonts.css";
import "./theme/tokens.css";
import "./theme/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createHost } from "./host/create-host.ts";
import { Page } from "./shell/page.tsx";
import { followPath } from "./stores/view-store.ts";
import { followTheme } from "./theme/theme.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

const host = createHost();
followTheme(host.setTheme);
followPath(location.pathname);
host.onNavigate((path) => {
  // A browser has moved already; in the desktop app the link came from outside of the page.
  if (host.kind === "desktop") history.pushState(null, "", path);
  followPath(path);
});
createRoot(root).render(
  <StrictMode>
    <Page host={host} />
  </StrictMode>,
);
