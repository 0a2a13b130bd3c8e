import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** As hard to guess as the access keys of AWS, and as long. */
const KEY_BYTES = 20;
/** The names under which a client on this machine calls a loopback server; the port does not matter. */
const OWN_NAME = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i;
/** An SDK names its key in the signature's credential, and whoever writes a request by hand may give it as a bearer. */
const AUTHORIZATION = /^(?:AWS4-HMAC-SHA256 (?:.*[ ,])?Credential=([^/,\s]+)\/|Bearer (\S+)$)/;

/** Why a request is sent away at the door of a loopback server. */
export interface DoorRefusal {
  /** AWS's own name for it, which its SDKs throw. */
  readonly code: "AccessDeniedException" | "UnrecognizedClientException";
  readonly message: string;
}

/** Draws an access key that nobody can guess: the one secret of a loopback server. */
export function newAccessKey(): string {
  return `LOCAL${randomBytes(KEY_BYTES).toString("hex").toUpperCase()}`;
}

/**
 * Looks at a request before anything else does: a loopback port is within reach of every web page that the user opens.
 * A browser says that it asks for a page (Origin, Sec-Fetch-Site) or calls by another name (a rebound host); and
 * nobody else but who was told the access key gets in.
 *
 * @returns undefined for a request that may come in
 */
export function refusalAtDoor(headers: IncomingHttpHeaders, accessKey: string): DoorRefusal | undefined {
  if (!OWN_NAME.test(headers.host ?? ""))
    return denied("This server answers to 127.0.0.1 and localhost only, and the request calls it by another name.");
  if (headers.origin !== undefined || headers["sec-fetch-site"] !== undefined)
    return denied("This server takes no requests from web pages.");
  const [, signed, bearer] = AUTHORIZATION.exec(headers.authorization ?? "") ?? [];
  const key = signed ?? bearer;
  if (key !== undefined && isSame(key, accessKey)) return undefined;
  return {
    code: "UnrecognizedClientException",
    message:
      "The request does not have this server's access key. Give it to the SDK as the access key id, with any secret, or send it as: Authorization: Bearer KEY.",
  };
}

function denied(message: string): DoorRefusal {
  return { code: "AccessDeniedException", message };
}

/** Takes the same time wherever two keys differ, and whatever their lengths. */
function isSame(one: string, other: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
