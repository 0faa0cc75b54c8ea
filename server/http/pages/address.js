/**
 * What a page is told by its own address. Everything secret stands in the fragment, which browsers never send: not to
 * the server, not to proxies and their logs, not as a referrer.
 *
 *   https://host/{namespace}/{room}/publish#token=…&source=test&play=…
 */

/**
 * @typedef {object} PageAddress
 * @property {string} namespace
 * @property {string} room
 * @property {string | undefined} token   Bearer token for this page's own endpoint.
 * @property {string | undefined} source  Publisher: the source to choose at once (`camera`, `screen`, `test`).
 * @property {string | undefined} play    Publisher: the player's token, for the link to the player.
 */

/** What may stand in an Authorization header; anything else is a slip of copying, and as good as no token. */
const tokenPattern = /^[!-~]+$/;

/**
 * @param {{ readonly pathname: string, readonly hash: string }} location
 * @returns {PageAddress}
 */
export function pageAddress({ pathname, hash }) {
  const [namespace = '', room = ''] = pathname.split('/').filter((part) => part !== '');
  const fragment = new URLSearchParams(hash.replace(/^#/, ''));
  const value = (/** @type {string} */ name) => fragment.get(name) || undefined;
  const token = (/** @type {string} */ name) => (tokenPattern.test(value(name) ?? '') ? value(name) : undefined);
  return { namespace, room, token: token('token'), source: value('source'), play: token('play') };
}

/**
 * The player of the same room, relative to the publisher page. The publisher's own token is never passed on: it would
 * let every viewer publish.
 *
 * @param {string | undefined} playToken
 */
export const playerLink = (playToken) =>
  playToken === undefined ? './' : `./#${new URLSearchParams({ token: playToken })}`;
