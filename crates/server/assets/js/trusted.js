// The one Trusted Types policy that our Content-Security-Policy allows, and all that it lets through.

const rules = {
  // Pages of our own server only: whoever calls this has just fetched them from there.
  createHTML: (html) => html,
  createScriptURL: (url) => {
    if (url !== '/sw.js') throw new TypeError(`not a script of ours: ${url}`);
    return url;
  },
};

const policy = globalThis.trustedTypes?.createPolicy('funsun', rules) ?? rules;

/** The service worker's address, as the browser wants it. */
export const workerUrl = () => policy.createScriptURL('/sw.js');

/** A page of our own server as a document; none of its scripts run. */
export async function fetchPage(url) {
  const address = new URL(url, location.href);
  if (address.origin !== location.origin) throw new TypeError(`not a page of ours: ${url}`);
  const response = await fetch(address, { headers: { accept: 'text/html' } });
  if (!response.ok) throw new Error(`${response.status} for ${address.pathname}`);
  return new DOMParser().parseFromString(policy.createHTML(await response.text()), 'text/html');
}
