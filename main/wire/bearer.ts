/** Reads `Authorization: Bearer …`. */

const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i;

/** The token, or undefined for anything else: an absent, empty, odd or overlong header is simply no token. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? "")?.[1];
}
