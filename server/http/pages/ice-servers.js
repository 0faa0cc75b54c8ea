/** Relays for browsers whose network lets no UDP through: which there are, as the server tells in Link headers. */

/** Media goes without relays nearly everywhere, so that nobody waits for a list of them for long. */
const answerTimeoutMs = 2000;

/** A target and its parameters, and those one by one: `name="a value"` or `name=value` (RFC 8288 section 3). */
const links = /<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^",;\s]*))*)/g;
const parameters = /;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",;\s]*))/g;

/**
 * The servers among the links of a `Link` header, one for each URL (RFC 9725 section 4.6).
 *
 * @param {string | null} header  All of them, with commas between.
 * @returns {RTCIceServer[]}
 */
export function iceServersOf(header) {
  return [...(header ?? '').matchAll(links)].flatMap(([, urls = '', rest = '']) => {
    const said = new Map(
      [...rest.matchAll(parameters)].map(([, name = '', quoted, plain = '']) => [
        name.toLowerCase(),
        quoted?.replaceAll(/\\(.)/g, '$1') ?? plain,
      ]),
    );
    if (said.get('rel') !== 'ice-server') return [];
    const [username, credential] = [said.get('username'), said.get('credential')];
    return [username === undefined || credential === undefined ? { urls } : { urls, username, credential }];
  });
}

/**
 * Has the connection use the servers. A browser refuses a whole list for one entry that it cannot read, so that they are
 * handed over one by one.
 *
 * @param {Pick<RTCPeerConnection, 'getConfiguration' | 'setConfiguration'>} peer
 * @param {readonly RTCIceServer[]} servers
 * @returns {readonly string[]} URLs of those that were refused.
 */
export function useServers(peer, servers) {
  const refused = [];
  for (const server of servers) {
    const { iceServers: before = [], ...configuration } = peer.getConfiguration();
    try {
      peer.setConfiguration({ ...configuration, iceServers: [...before, server] });
    } catch {
      refused.push([server.urls].flat().join(', '));
    }
  }
  return refused;
}

/**
 * The servers that a client of the endpoint may use; none if they cannot be had: what is wrong, the offer will show.
 *
 * @param {string} endpoint  Relative to the page: `whip` or `whep`.
 * @param {string | undefined} token
 * @returns {Promise<RTCIceServer[]>}
 */
export async function iceServers(endpoint, token) {
  const headers = token === undefined ? undefined : { Authorization: `Bearer ${token}` };
  const request = { method: 'OPTIONS', ...(headers && { headers }), signal: AbortSignal.timeout(answerTimeoutMs) };
  const response = await fetch(endpoint, request).catch(() => undefined);
  return response?.ok ? iceServersOf(response.headers.get('link')) : [];
}
