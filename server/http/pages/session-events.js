/** What the server tells of a viewer's session as it happens: server-sent events, where the answer's `Link` says. */

import { layersOf } from './layers.js';

const extension = {
  events: 'urn:ietf:params:whep:ext:core:server-sent-events',
  layer: 'urn:ietf:params:whep:ext:core:layer',
};

/**
 * Where a session's extension is, by its name.
 *
 * @param {keyof typeof extension} name
 * @param {string | null} links  All `Link` headers, with commas between them (RFC 8288 section 3).
 * @param {string} base
 * @returns {string | undefined} An absolute URL.
 */
export function extensionUrl(name, links, base) {
  for (const [, url = '', parameters = ''] of (links ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    if (parameters.includes(`rel="${extension[name]}"`)) return new URL(url, base).href;
  }
  return undefined;
}

/**
 * @typedef {object} EventHandlers
 * @property {(isAway: boolean) => void} onAway  Whether it is known that nobody publishes now.
 * @property {(count: number) => void} onViewers
 * @property {(layers: readonly import('./layers.js').Layer[]) => void} onLayers
 * @property {(isHeld: boolean) => void} onHeld  Whether the network does not carry the picture, so that none is sent.
 * @property {() => void} onReconnect  The session is to be exchanged for another.
 */

/**
 * Listens while the page is looked at: a browser has six connections to a server over HTTP/1.1, and each page that listens
 * keeps one of them busy.
 *
 * @param {string} url
 * @param {EventHandlers} handlers
 * @returns {() => void} Stops.
 */
export function listen(url, { onAway, onViewers, onLayers, onHeld, onReconnect }) {
  let /** @type {EventSource | undefined} */ source;
  const close = () => {
    source?.close();
    source = undefined;
    onAway(false);
    onHeld(false);
  };
  const open = () => {
    source = new EventSource(url);
    source.addEventListener('active', () => onAway(false));
    source.addEventListener('inactive', () => onAway(true));
    source.addEventListener('viewercount', ({ data }) => onViewers(viewerCount(data)));
    source.addEventListener('layers', ({ data }) => onLayers(layersOf(data)));
    source.addEventListener('video', ({ data }) => onHeld(JSON.parse(data).held === true));
    source.addEventListener('reconnect', onReconnect);
    // It tries again by itself, and is told nothing of a publisher who has gone meanwhile, or a picture that has come back.
    source.addEventListener('error', () => {
      onAway(false);
      onHeld(false);
    });
  };
  const look = () => {
    if (document.hidden) close();
    else if (source === undefined) open();
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    close();
  };
}

/** @param {string} data */
function viewerCount(data) {
  const { viewercount } = JSON.parse(data);
  return Number(viewercount);
}
