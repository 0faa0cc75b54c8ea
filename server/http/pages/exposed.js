/**
 * `window.liveroom`, on both pages: what the page shows, for tests and for those who embed it. Read-only.
 *
 *   liveroom.state   'idle' | 'connecting' | 'live' | 'stalled' | 'token' | 'waiting' | 'reconnecting' | 'refused'
 *                    stalled: connected, but no media arrives; token: one is asked for; waiting: nobody publishes, or
 *                    the room is full; refused: trying again makes no sense until something is changed
 *   liveroom.detail  the sentence that the page shows with it
 *   liveroom.stats   the newest figures, see `Figures` in figures.js; empty while not connected
 *   liveroom.joinMs  player: from the POST to the first frame; publisher: from the POST to connected; undefined before
 */

/**
 * @typedef {object} Exposed
 * @property {import('./keep-connected.js').StateName} state
 * @property {string} detail
 * @property {import('./figures.js').Figures} stats
 * @property {number | undefined} joinMs
 */

/**
 * @param {Readonly<Exposed>} live  Read at each access.
 */
export function expose(live) {
  const names = /** @type {const} */ (['state', 'detail', 'stats', 'joinMs']);
  const view = {};
  for (const name of names) Object.defineProperty(view, name, { enumerable: true, get: () => live[name] });
  Object.defineProperty(window, 'liveroom', { value: Object.freeze(view) });
}
