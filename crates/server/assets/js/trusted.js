// The one Trusted Types policy that our Content-Security-Policy allows, and all that it lets through.

const rules = {
  // What our own server has sent, and nothing else: this file gets it from there itself.
  createHTML: (html) => html,
  createScriptURL: (url) => {
    if (url !== '/sw.js') throw new TypeError(`not a script of ours: ${url}`);
    return url;
  },
};

const policy = globalThis.trustedTypes?.createPolicy('funsun', rules) ?? rules;

/** The service worker's address, as the browser wants it. */
export const workerUrl = () => policy.createScriptURL('/sw.js');

const ours = (url) => {
  const address = new URL(url, location.href);
  if (address.origin !== location.origin) throw new TypeError(`not ours: ${url}`);
  return address;
};

const parse = (html) => new DOMParser().parseFromString(policy.createHTML(html), 'text/html');

/** A page of our own server as a document; none of its scripts run. */
export async function fetchPage(url) {
  const address = ours(url);
  const response = await fetch(address, { headers: { accept: 'text/html' } });
  if (!response.ok) throw new Error(`${response.status} for ${address.pathname}`);
  return parse(await response.text());
}

/** A stream of our own server; each taker gets the markup of its events as a document, and the event. */
export function openStream(url, takers) {
  const stream = new EventSource(ours(url));
  for (const [name, take] of Object.entries(takers)) {
    stream.addEventListener(name, (event) => take(parse(event.data), event));
  }
  return stream;
}
