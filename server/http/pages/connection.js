/** One WHIP or WHEP session: an RTCPeerConnection, its session URL, and how both come to an end. */

import { closing } from './closing.js';
import { figures, sample, stillness } from './figures.js';
import { restartWithNetwork } from './ice-restart.js';
import { iceServers, useServers } from './ice-servers.js';
import { listen } from './session-events.js';
import { deleteSession, postOffer } from './signalling.js';

/** Our server is ICE-lite and answers with all of its candidates, so a client's own are needed for the offer only. */
const gatheringLimitMs = 1000;
const connectingLimitMs = 10_000;
const sampleEveryMs = 1000;

/**
 * Browsers check a working path every 2.5 s and wait 15 to 30 s before they call it failed. Two checks without an answer
 * are enough: coming back costs little, a frozen picture much.
 */
const silenceLimitMs = 5500;

/**
 * @typedef {object} Plan
 * @property {'whip' | 'whep'} endpoint
 * @property {string | undefined} token
 * @property {(peer: RTCPeerConnection) => void} addMedia  Adds transceivers before the offer is made.
 * @property {(sdp: string) => string} [adaptAnswer]
 * @property {(figures: import('./figures.js').Figures, stillMs: number) => void} onFigures  Every second; `stillMs` is
 *   the time since the last media packet.
 * @property {import('./session-events.js').Listener} listener  To what the server tells.
 * @property {(urls: readonly string[]) => void} onRelaysRefused  Which of the room's relays the browser cannot use; none, as a
 *   rule.
 */

/**
 * @typedef {import('./keep-connected.js').Connection & { postedAtMs: number, layer: string | undefined }} Session
 *   `postedAtMs` is the moment of the POST on the clock of `performance.now()`, `layer` the URL where a layer is chosen.
 */

/**
 * Resolves when media can flow. On failure nothing is left behind, neither here nor at the server.
 *
 * @param {Plan} plan
 * @param {AbortSignal} signal
 * @returns {Promise<Session>}
 */
export async function connect(plan, signal) {
  const { endpoint, token, addMedia, adaptAnswer = (sdp) => sdp, onFigures } = plan;
  const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  let stopListening = () => {};
  const over = new AbortController();
  const letGo = () => {
    stopListening();
    over.abort();
    peer.close();
  };
  let close = async () => letGo();
  try {
    const relays = iceServers(endpoint, token);
    addMedia(peer);
    // Made while the relays are asked for, which are needed when candidates are gathered.
    const offer = await peer.createOffer();
    plan.onRelaysRefused(useServers(peer, await relays));
    await peer.setLocalDescription(offer);
    await gathered(peer);
    const postedAtMs = performance.now();
    // Not aborted half-way: the session would exist at the server, and nobody would know its URL.
    const made = await postOffer(endpoint, token, peer.localDescription?.sdp ?? '');
    const { session } = made;
    close = closing(signal, () => deleteSession(session, token), letGo);
    signal.throwIfAborted();
    const stopped = aborted(signal);
    // What a peer was asked for before it was closed may never come to an end.
    await Promise.race([peer.setRemoteDescription({ type: 'answer', sdp: adaptAnswer(made.answer) }), stopped]);
    const lost = loss(peer);
    await Promise.race([connected(peer), stopped, lost.then((error) => Promise.reject(error))]);
    const stranded = restartWithNetwork(peer, { session, token, signal: over.signal });
    const silent = watch(peer, endpoint === 'whep' ? 'inbound' : 'outbound', onFigures);
    const sentAway = new Promise((resolve) => {
      const reconnect = () => resolve(new Error('The server asks to connect anew'));
      const { handlers, onDeaf } = plan.listener;
      if (made.events) stopListening = listen(made.events, { handlers: { ...handlers, reconnect }, onDeaf });
    });
    return { ended: Promise.race([lost, silent, stranded, sentAway]), close, postedAtMs, layer: made.layer };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
const aborted = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** @param {RTCPeerConnection} peer */
const gathered = (peer) =>
  new Promise((resolve) => {
    const check = () => peer.iceGatheringState === 'complete' && resolve(undefined);
    peer.addEventListener('icegatheringstatechange', check);
    setTimeout(resolve, gatheringLimitMs);
    check();
  });

/** @param {RTCPeerConnection} peer */
const connected = (peer) =>
  new Promise((resolve, reject) => {
    const check = () => peer.connectionState === 'connected' && resolve(undefined);
    peer.addEventListener('connectionstatechange', check);
    const message = 'The server answers, but media cannot reach it; its UDP port may be blocked on the way';
    setTimeout(() => reject(new Error(message)), connectingLimitMs);
    check();
  });

/**
 * Resolves when the path is lost for good or the server says goodbye. The latter (a DTLS close_notify) does not change
 * `connectionState`, only the state of the DTLS transport.
 *
 * @param {RTCPeerConnection} peer
 * @returns {Promise<Error>}
 */
const loss = (peer) =>
  new Promise((resolve) => {
    peer.addEventListener('connectionstatechange', () => {
      if (peer.connectionState === 'failed') resolve(new Error('The connection was lost'));
    });
    for (const { sender, receiver } of peer.getTransceivers()) {
      const transport = sender.transport ?? receiver.transport;
      transport?.addEventListener('statechange', () => {
        if (transport.state === 'closed') resolve(new Error('The server ended the session'));
        if (transport.state === 'failed') resolve(new Error('The connection could not be secured'));
      });
    }
  });

/**
 * Reads the counters until the peer is closed, and resolves when nothing arrives any more, not even answers to checks.
 *
 * @param {RTCPeerConnection} peer
 * @param {'inbound' | 'outbound'} direction
 * @param {Plan['onFigures']} onFigures
 * @returns {Promise<Error>}
 */
const watch = (peer, direction, onFigures) =>
  new Promise((resolve) => {
    const pathStillMs = stillness('heard');
    const mediaStillMs = stillness('bytes');
    let /** @type {import('./figures.js').Sample | undefined} */ before;
    const read = async () => {
      const now = sample((await peer.getStats()).values(), direction);
      if (peer.connectionState === 'closed') return clearInterval(timer);
      onFigures(figures(before, now), mediaStillMs(now));
      before = now;
      if (pathStillMs(now) >= silenceLimitMs) resolve(new Error('The connection was lost'));
    };
    const timer = setInterval(read, sampleEveryMs);
    void read();
  });
