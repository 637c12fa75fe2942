// The only Trusted Types policy that our Content-Security-Policy allows, and everything that uses it.

const rules = {
  // Only markup from our own server: this file fetches it itself.
  createHTML: (html) => html,
  createScriptURL: (url) => {
    if (url !== '/sw.js') throw new TypeError(`not our service worker: ${url}`);
    return url;
  },
};

const policy = globalThis.trustedTypes?.createPolicy('funsun', rules) ?? rules;

/** The service worker's URL as a trusted value. */
export const workerUrl = () => policy.createScriptURL('/sw.js');

const sameOrigin = (url) => {
  const address = new URL(url, location.href);
  if (address.origin !== location.origin) throw new TypeError(`not our origin: ${url}`);
  return address;
};

const parse = (html) => new DOMParser().parseFromString(policy.createHTML(html), 'text/html');

/** Fetches a page of our own server as a document; none of its scripts run. */
export async function fetchPage(url) {
  const address = sameOrigin(url);
  const response = await fetch(address, { headers: { accept: 'text/html' } });
  if (!response.ok) throw new Error(`${response.status} for ${address.pathname}`);
  return parse(await response.text());
}

/** Opens an event stream of our own server; each handler gets the event's markup as a document, and the event. */
export function openStream(url, handlers) {
  const stream = new EventSource(sameOrigin(url));
  for (const [name, handle] of Object.entries(handlers)) {
    stream.addEventListener(name, (event) => handle(parse(event.data), event));
  }
  return stream;
}
