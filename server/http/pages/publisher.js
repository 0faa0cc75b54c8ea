/** The publisher page: sends a picture and sound into one room, until it is told to stop. */

import { pageAddress, playerLink } from './address.js';
import { connect } from './connection.js';
import { byId } from './dom.js';
import { keepConnected } from './keep-connected.js';
import { pageFrame, pageView } from './page-view.js';
import { addSenders, exchangeTracks, refusedSending, withStartBitrate } from './sending.js';
import { publisherListener } from './session-events.js';
import { offerRefused } from './signalling.js';
import { sourceChoice } from './source-choice.js';

const words = {
  idle: { chip: 'Off air', title: '', detail: '' },
  connecting: { chip: 'Connecting', title: 'Connecting…', detail: '' },
  live: { chip: 'On air', title: '', detail: '' },
  stalled: { chip: 'No media', title: 'Nothing is sent', detail: 'The source gives neither picture nor sound.' },
  token: { chip: 'Locked', title: 'A token, please', detail: 'Enter this room’s publish token to go on the air.' },
  waiting: { chip: 'Waiting', title: 'Not yet', detail: '' },
  reconnecting: { chip: 'Reconnecting', title: 'Reconnecting', detail: '' },
  refused: { chip: 'Refused', title: 'The room cannot take this', detail: '' },
};

const previewHint = 'Your picture appears here when you choose a source, or press Start';

/** @param {import('./address.js').PageAddress} address */
async function publisher(address) {
  const button = byId('start', HTMLButtonElement);
  const preview = byId('preview', HTMLVideoElement);
  const codec = byId('codec', HTMLSelectElement);
  const { show, showJoin, onFigures, pause, askToken, showRelaysRefused: onRelaysRefused } = pageView(words);
  let token = address.token;
  let /** @type {AbortController | undefined} */ running;
  let /** @type {import('./sending.js').Senders | undefined} */ senders;

  const stop = () => running?.abort();
  const showIdle = () => show({ name: 'idle', detail: preview.srcObject === null ? previewHint : '' });
  const open = await sourceChoice({
    wanted: address.source,
    onChange: ({ stream }) => {
      if (running === undefined) showIdle();
      // Senders of a connection that has ended refuse; the next connection takes the new source anyway.
      if (senders !== undefined) void exchangeTracks(senders, stream).catch(() => undefined);
    },
    onLost: () => (running === undefined ? showIdle() : stop()),
  });

  /** @param {AbortSignal} signal */
  const publish = async (signal) => {
    const { stream } = await open();
    const addMedia = (/** @type {RTCPeerConnection} */ peer) => {
      senders = addSenders(peer, stream, codec.value);
    };
    const how = { endpoint: /** @type {const} */ ('whip'), addMedia, adaptAnswer: withStartBitrate };
    const plan = { ...how, listener: publisherListener(showHints), token, onFigures, onRelaysRefused };
    const session = await connect(plan, signal).catch((/** @type {unknown} */ error) => {
      throw offerRefused(error, (detail) => refusedSending(codec.value, detail));
    });
    showJoin(performance.now() - session.postedAtMs);
    return session;
  };
  const newToken = async (/** @type {AbortSignal} */ signal) => {
    token = await askToken(signal);
  };

  const run = async () => {
    if (running !== undefined) return;
    running = new AbortController();
    const { signal } = running;
    codec.disabled = true;
    button.textContent = 'Stop';
    signal.addEventListener('abort', () => {
      button.disabled = true;
    });
    await keepConnected({ connect: publish, show, askToken: newToken, pause, random: Math.random }, signal);
    running = undefined;
    senders = undefined;
    codec.disabled = false;
    button.disabled = false;
    button.textContent = 'Start';
    showIdle();
  };

  showIdle();
  button.disabled = false;
  button.addEventListener('click', () => {
    if (running === undefined) void open().then(run, () => undefined);
    else stop();
  });
  window.addEventListener('pagehide', stop);
}

/** @param {readonly string[]} messages  What is bad for viewers now; empty when all is well. */
function showHints(messages) {
  byId('hints', HTMLElement).hidden = messages.length === 0;
  byId('hint-list', HTMLUListElement).replaceChildren(
    ...messages.map((message) => Object.assign(document.createElement('li'), { textContent: message })),
  );
}

const address = pageAddress(location);
pageFrame(address);
byId('player', HTMLAnchorElement).href = playerLink(address.play);
void publisher(address);
