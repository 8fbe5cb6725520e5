/** Owns what the app's page may load and reach. */

/**
 * The policy of the page. Its own files only; the gateway's sockets at exactly its port (its HTTP goes through the
 * page's own origin). Styles may be inline, because the terminal and the layout write them; scripts never.
 */
export function contentSecurityPolicy(gatewayUrl: string): string {
  const sockets = gatewayUrl.replace(/^http/, "ws");
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    // Small fonts are inlined by the build.
    "font-src 'self' data:",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "worker-src 'self'",
    `connect-src 'self' ${sockets}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
