/** What the server tells of a session as it happens: server-sent events, where the answer's `Link` says. */

import { layersOf } from './layers.js';

/** Of WHEP's extensions, and one of ours for publishers. */
const extensions = {
  events: ['urn:ietf:params:whep:ext:core:server-sent-events', 'urn:liveroom:whip:ext:events'],
  layer: ['urn:ietf:params:whep:ext:core:layer'],
};

/**
 * Where a session's extension is, by its name.
 *
 * @param {keyof typeof extensions} name
 * @param {string | null} links  All `Link` headers, with commas between them (RFC 8288 section 3).
 * @param {string} base
 * @returns {string | undefined} An absolute URL.
 */
export function extensionUrl(name, links, base) {
  for (const [, url = '', parameters = ''] of (links ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    if (extensions[name].some((rel) => parameters.includes(`rel="${rel}"`))) return new URL(url, base).href;
  }
  return undefined;
}

/**
 * @typedef {object} Listener
 * @property {Readonly<Record<string, (data: string) => void>>} handlers  What is done at each type of event, with its data.
 * @property {() => void} onDeaf  Nothing is heard for now: what was said last may hold no more.
 */

/**
 * What a viewer is told.
 *
 * @param {object} viewer
 * @param {(isAway: boolean) => void} viewer.onAway  Whether it is known that nobody publishes now.
 * @param {(count: number) => void} viewer.onViewers
 * @param {(layers: readonly import('./layers.js').Layer[]) => void} viewer.onLayers
 * @param {(isHeld: boolean) => void} viewer.onHeld  Whether the network does not carry the picture, so that none is sent.
 * @returns {Listener}
 */
export const viewerListener = ({ onAway, onViewers, onLayers, onHeld }) => ({
  handlers: {
    active: () => onAway(false),
    inactive: () => onAway(true),
    viewercount: (data) => onViewers(viewerCount(data)),
    layers: (data) => onLayers(layersOf(data)),
    video: (data) => onHeld(JSON.parse(data).held === true),
  },
  onDeaf: () => {
    onAway(false);
    onHeld(false);
  },
});

/**
 * What a publisher is told: what it should change, in words, all of it each time.
 *
 * @param {(messages: readonly string[]) => void} onHints
 * @returns {Listener}
 */
export const publisherListener = (onHints) => ({
  handlers: {
    hints: (data) => onHints(JSON.parse(data).hints.map((/** @type {{ message: string }} */ { message }) => message)),
  },
  onDeaf: () => onHints([]),
});

/**
 * Listens while the page is looked at: a browser has six connections to a server over HTTP/1.1, and each page that listens
 * keeps one of them busy.
 *
 * @param {string} url
 * @param {Listener} listener
 * @returns {() => void} Stops.
 */
export function listen(url, { handlers, onDeaf }) {
  let /** @type {EventSource | undefined} */ source;
  const close = () => {
    source?.close();
    source = undefined;
    onDeaf();
  };
  const open = () => {
    source = new EventSource(url);
    for (const [type, handle] of Object.entries(handlers)) {
      source.addEventListener(type, ({ data }) => handle(data));
    }
    // It tries again by itself, and is told nothing of what happens meanwhile.
    source.addEventListener('error', onDeaf);
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
