/**
 * Replaces files by references to form parts.
 * @param {unknown} value
 * @param {Blob[]} parts
 * @returns {unknown}
 */
function extract(value, parts) {
  if (value instanceof Blob) {
    parts.push(value);
    return { $file: `file${parts.length - 1}` };
  }
  if (Array.isArray(value)) return value.map((item) => extract(item, parts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, extract(item, parts)]));
}

/**
 * Calls the control API.
 * @param {string} name
 * @param {object} [input] files in it are uploaded
 */
export async function call(name, input = {}) {
  const parts = [];
  const payload = JSON.stringify(extract(input, parts));
  let body = payload;
  const headers = {};
  if (parts.length === 0) headers['content-type'] = 'application/json';
  else {
    body = new FormData();
    body.set('payload', payload);
    parts.forEach((part, index) => body.set(`file${index}`, part, `file${index}`));
  }
  const response = await fetch(`/sandbox/${name}`, { method: 'POST', headers, body });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer.result;
}

/**
 * Listens to everything that happens.
 * @param {{ hello: () => void, event: (event: any) => void, lost: () => void }} listener
 */
export function listen({ hello, event, lost }) {
  const source = new EventSource('/sandbox/events');
  source.addEventListener('hello', hello);
  source.addEventListener('message', ({ data }) => event(JSON.parse(data)));
  source.addEventListener('error', lost);
}

/**
 * A file as the control API takes it.
 * @param {File | Blob} file
 * @param {string} [name]
 */
export const upload = (file, name = file.name ?? '') => ({ bytes: file, name, mime: file.type });
