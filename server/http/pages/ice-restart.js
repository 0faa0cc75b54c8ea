/**
 * Keeps a session when the network under it changes, such as from a wire to radio: ICE begins anew (RFC 9725 section 4.3.3),
 * and media goes on by the new way. A viewer need not join again, and a publisher's room does not see it go.
 */

import { patchIce } from './signalling.js';

/**
 * The lines that a restart sends. Candidates are not among them: the server is ICE-lite, and finds the client by its checks.
 *
 * @param {string} sdp  Of the new offer.
 */
export const restartFragment = (sdp) => ['ufrag', 'pwd'].map((name) => `${iceLine(sdp, name)}\r\n`).join('');

/**
 * The answer that there was, with the ICE of the server's fragment.
 *
 * @param {string} sdp
 * @param {string} fragment
 */
export function restartedAnswer(sdp, fragment) {
  const candidates = fragment.split('\r\n').filter((line) => line.startsWith('a=candidate:'));
  let isPlaced = false;
  const lines = sdp.split('\r\n').flatMap((line) => {
    const [, name] = /^a=ice-(ufrag|pwd):/.exec(line) ?? [];
    if (name !== undefined) return [iceLine(fragment, name)];
    if (!line.startsWith('a=candidate:')) return [line];
    const there = isPlaced ? [] : candidates;
    isPlaced = true;
    return there;
  });
  return lines.join('\r\n');
}

/**
 * @param {string} sdp
 * @param {string} name
 */
function iceLine(sdp, name) {
  const [line] = new RegExp(`^a=ice-${name}:\\S+`, 'm').exec(sdp) ?? [];
  if (line === undefined) throw new Error(`there is no ice-${name}`);
  return line;
}

/**
 * Restarts ICE when the browser says that it is on a network again, and when checks are not answered any more.
 *
 * @param {RTCPeerConnection} peer
 * @param {{ session: string, token: string | undefined, signal: AbortSignal }} session  The signal ends it.
 * @returns {Promise<Error>} Resolves when a restart was in vain: the session is lost.
 */
export const restartWithNetwork = (peer, { session, token, signal }) =>
  new Promise((resolve) => {
    let isRestarting = false;
    const restart = async () => {
      if (isRestarting || peer.connectionState === 'closed') return;
      isRestarting = true;
      await restartIce(peer, session, token).catch(() => {
        if (!signal.aborted) resolve(new Error('The connection was lost'));
      });
      isRestarting = false;
    };
    const look = () => {
      // Without a network a restart would fail; there will be word when it is back.
      if (peer.iceConnectionState === 'disconnected' && navigator.onLine) void restart();
    };
    window.addEventListener('online', () => void restart(), { signal });
    peer.addEventListener('iceconnectionstatechange', look, { signal });
  });

/**
 * @param {RTCPeerConnection} peer
 * @param {string} session
 * @param {string | undefined} token
 */
async function restartIce(peer, session, token) {
  const answer = peer.remoteDescription?.sdp ?? '';
  const offer = await peer.createOffer({ iceRestart: true });
  await peer.setLocalDescription(offer);
  const fragment = await patchIce(session, token, restartFragment(offer.sdp ?? ''));
  await peer.setRemoteDescription({ type: 'answer', sdp: restartedAnswer(answer, fragment) });
}
