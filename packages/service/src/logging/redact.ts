/** Shorter values would also be words of ordinary lines; the patterns below still catch them in URLs. */
const SHORTEST_SECRET = 6;

const patterns: readonly (readonly [RegExp, string])[] = [
  // Telegram puts the token into the path: /bot123:AA…/sendMessage and /file/bot123:AA…/photos/1.jpg
  [/\/bot\d+:[^/\s"'?#]+/g, '/bot[redacted]'],
  [/\b\d{5,14}:[A-Za-z0-9_-]{30,}/g, '[redacted]'],
  // FAL's "Authorization: Key …" and everybody else's Bearer
  [/\b(Key|Bearer|Basic)\s+[A-Za-z0-9._~+/:=-]{16,}/gi, '$1 [redacted]'],
  [/\bsk-[A-Za-z0-9_-]{8,}/g, '[redacted]'],
  [/([?&](?:token|secret|signature|key|api_key|x-amz-[a-z-]+)=)[^&\s"'<>]+/gi, '$1[redacted]'],
  // scheme://user:password@host
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*:)[^\s@/"']+@/gi, '$1[redacted]@'],
];

const secretField =
  /^(?:authorization|cookie|set-cookie|password|passphrase|secret|token|api_?key|access_?key|secret_?key|credentials|x-telegram-bot-api-secret-token)$/i;

/** Most fields of a line: ids and words, in which no pattern can find anything. */
const harmless = /^(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[A-Za-z]{0,20})$/;

export type Redactor = (text: string) => string;

/** Takes known secret values, also percent-encoded, and everything that looks like a credential out of a text. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const values = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    // The longest first: a secret may begin with another one.
    .toSorted((a, b) => b.length - a.length);
  const known = new Set(values);
  return (text) => {
    let clean = text;
    for (const value of known) {
      if (clean.includes(value)) clean = clean.replaceAll(value, '[redacted]');
    }
    if (harmless.test(clean)) return clean;
    for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
    return clean;
  };
}

/** True for field names whose value is a credential by their name alone. */
export function isSecretField(name: string): boolean {
  return secretField.test(name);
}

/** What people write, are called and send, and what others say about it: not for logs, whoever puts it into a field. */
const personalField =
  /^(?:text|caption|title|file_?name|first_?name|last_?name|user_?name|prompt|prompt_?sent|payload|owed|input|output|body|params|parameters|query|transcript|segments|detail|phone(_number)?|email)$/i;

/** True for field names whose value is somebody's own words, names or files by their name alone. */
export function isPersonalField(name: string): boolean {
  return personalField.test(name);
}
