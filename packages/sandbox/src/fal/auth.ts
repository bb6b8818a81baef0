import type { IncomingMessage } from 'node:http';
import type { Reply } from './http.ts';

/** The 401 texts of section 1.7 (a); null when the caller may come in. */
export function refuseCaller(
  request: IncomingMessage,
  keys: ReadonlySet<string>,
  app: string | null,
): Reply | null {
  const header = request.headers.authorization;
  if (header === undefined || header === '') {
    const what = app === null ? '' : `Cannot access application "${app}". `;
    return unauthorized(`${what}Authentication is required to access this application.`);
  }
  const key = /^Key\s+(.*)$/iu.exec(header)?.[1]?.trim();
  if (key === undefined || !/^[^\s:]+:[^\s:]+$/u.test(key)) {
    return unauthorized("Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'.");
  }
  return keys.has(key) ? null : unauthorized('No user found for Key ID and Secret');
}

export function lockedReply(reason: string): Reply {
  return { status: 403, body: { detail: `User is locked. Reason: ${reason}` } };
}

export const EXHAUSTED = 'Exhausted balance. Top up your balance at fal.ai/dashboard/billing.';

function unauthorized(detail: string): Reply {
  return { status: 401, body: { detail } };
}
