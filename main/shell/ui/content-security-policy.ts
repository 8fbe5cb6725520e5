/** What the app's page may load and reach. */

/**
 * The policy of the page. Its own files only; the gateway's sockets at exactly its port (its HTTP goes through the
 * page's own origin). Styles may be inline, because the terminal and the layout write them; scripts never. `frames`: the
 * origins of previews, which alone may stand in a frame.
 */
export function contentSecurityPolicy(gatewayUrl: string, frames: string): string {
  const sockets = gatewayUrl.replace(/^http/, "ws");
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "worker-src 'self'",
    `connect-src 'self' ${sockets}`,
    `frame-src ${frames}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
