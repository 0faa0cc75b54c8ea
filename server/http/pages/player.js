/** The player page: keeps watching one room, and shows how well that goes. */

import { pageAddress } from './address.js';
import { connect } from './connection.js';
import { byId } from './dom.js';
import { keepConnected } from './keep-connected.js';
import { layerMenu } from './layer-menu.js';
import { pageFrame, pageView } from './page-view.js';
import { viewerListener } from './session-events.js';
import { chooseLayer, offerRefused } from './signalling.js';

const words = {
  idle: { chip: 'Stopped', title: 'Stopped', detail: '' },
  connecting: { chip: 'Connecting', title: 'Connecting…', detail: '' },
  live: { chip: 'Live', title: '', detail: '' },
  stalled: {
    chip: 'Paused',
    title: 'The picture has paused',
    detail: 'The publisher sends nothing at the moment. It goes on by itself.',
  },
  token: { chip: 'Locked', title: 'A token, please', detail: 'Enter this room’s play token to watch.' },
  waiting: { chip: 'Waiting', title: 'Waiting', detail: '' },
  reconnecting: { chip: 'Reconnecting', title: 'Reconnecting', detail: '' },
  refused: { chip: 'Refused', title: 'This does not work', detail: '' },
};

const cannotPlay = 'This browser has no codec for what is published here. Another browser may play it.';

/** @param {import('./address.js').PageAddress} address */
function player(address) {
  const video = byId('video', HTMLVideoElement);
  const { onFigures: showFigures, onAway, onHeld, showRelaysRefused: onRelaysRefused, ...view } = pageView(words);
  const { show, showJoin, pause, askToken } = view;
  const menu = layerMenu();
  const left = new AbortController();
  let token = address.token;
  const listener = viewerListener({ onAway, onHeld, onViewers: showViewers, onLayers: menu.onLayers });
  const onFigures = (/** @type {Parameters<typeof showFigures>} */ ...figures) => {
    showFigures(...figures);
    menu.onFigures(figures[0]);
  };

  /** @param {AbortSignal} signal */
  const watch = async (signal) => {
    const addMedia = (/** @type {RTCPeerConnection} */ peer) => receive(peer, video);
    const shown = firstFrame(video);
    showViewers(undefined);
    menu.begin(undefined);
    const plan = {
      endpoint: /** @type {const} */ ('whep'),
      token,
      addMedia,
      onFigures,
      listener,
      onRelaysRefused,
    };
    const session = await connect(plan, signal).catch((/** @type {unknown} */ error) => {
      throw offerRefused(error, () => cannotPlay);
    });
    const { layer } = session;
    const by = token;
    if (layer !== undefined) menu.begin((rid) => chooseLayer(layer, by, rid));
    void shown.then((atMs) => showJoin(atMs - session.postedAtMs));
    return session;
  };
  const newToken = async (/** @type {AbortSignal} */ signal) => {
    token = await askToken(signal);
  };

  buttons(video);
  window.addEventListener('pagehide', () => left.abort());
  void keepConnected({ connect: watch, show, askToken: newToken, pause, random: Math.random }, left.signal);
}

/** @param {number | undefined} count */
function showViewers(count) {
  byId('viewers', HTMLElement).textContent =
    count === undefined ? '' : `${count} ${count === 1 ? 'viewer' : 'viewers'}`;
}

/**
 * @param {RTCPeerConnection} peer
 * @param {HTMLVideoElement} video
 */
function receive(peer, video) {
  const stream = new MediaStream();
  peer.addTransceiver('video', { direction: 'recvonly' });
  peer.addTransceiver('audio', { direction: 'recvonly' });
  peer.addEventListener('track', ({ track }) => {
    stream.addTrack(track);
    if (video.srcObject === stream) return;
    video.srcObject = stream;
    void play(video);
  });
}

/**
 * Browsers may forbid sound until the visitor has touched the page: then it plays without, and the button says so.
 * Every other failure is a picture that was exchanged before it began.
 *
 * @param {HTMLVideoElement} video
 */
const play = (video) =>
  video.play().catch((/** @type {Error} */ error) => {
    if (error.name !== 'NotAllowedError' || video.muted) return undefined;
    video.muted = true;
    return video.play().catch(() => undefined);
  });

/**
 * @param {HTMLVideoElement} video
 * @returns {Promise<number>} When its next frame was shown, on the clock of `performance.now()`.
 */
const firstFrame = (video) =>
  new Promise((resolve) => {
    const done = () => resolve(performance.now());
    // Nothing is painted in the background, so there the first decoded frame counts.
    if (document.hidden) video.addEventListener('loadeddata', done, { once: true });
    else video.requestVideoFrameCallback(done);
  });

/** @param {HTMLVideoElement} video */
function buttons(video) {
  const mute = byId('mute', HTMLButtonElement);
  const full = byId('fullscreen', HTMLButtonElement);
  const label = () => {
    byId('stage', HTMLElement).toggleAttribute('data-muted', video.muted);
    mute.textContent = video.muted ? 'Unmute' : 'Mute';
  };
  mute.addEventListener('click', () => {
    video.muted = !video.muted;
  });
  video.addEventListener('volumechange', label);
  full.hidden = !document.fullscreenEnabled;
  full.addEventListener(
    'click',
    () =>
      void byId('stage', HTMLElement)
        .requestFullscreen()
        .catch(() => undefined),
  );
  label();
}

const address = pageAddress(location);
pageFrame(address);
player(address);
