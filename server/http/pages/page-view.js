/** What both pages show alike: state, figures and join time, on the page and in `window.liveroom`. */

import { byId } from './dom.js';
import { expose } from './exposed.js';
import { notice } from './notice.js';
import { panel, tile } from './panel.js';

/** Without a media packet for this long people see a frozen picture, and are told why. */
const stalledAfterMs = 3000;

const heldDetail =
  'Your network is too slow for the picture at the moment. The sound goes on, and the picture comes back by itself.';

/** @typedef {import('./keep-connected.js').State} State */

/** @param {Parameters<typeof notice>[0]} words */
export function pageView(words) {
  const { show: showNotice, pause, askToken } = notice(words);
  const showFigures = panel(byId('figures', HTMLElement), Object.values(tile));
  const exposed = /** @type {import('./exposed.js').Exposed} */ ({ state: 'idle', detail: '', stats: {} });
  expose(exposed);

  let isAway = false;
  let isHeld = false;

  /** @param {State} state */
  const show = (state) => {
    exposed.state = state.name;
    exposed.detail = state.detail;
    if (state.name !== 'live' && state.name !== 'stalled') {
      exposed.stats = {};
      showFigures({}, performance.now());
      showJoin(undefined);
    }
    showNotice(state);
  };

  /** @param {number | undefined} ms */
  const showJoin = (ms) => {
    exposed.joinMs = ms === undefined ? undefined : Math.round(ms);
    const join = byId('join', HTMLElement);
    join.textContent = ms === undefined ? '' : `${join.dataset['label']} ${exposed.joinMs} ms`;
  };

  /**
   * @param {import('./figures.js').Figures} figures
   * @param {number} stillMs
   */
  const onFigures = (figures, stillMs) => {
    exposed.stats = figures;
    showFigures(figures, performance.now());
    if (exposed.state === 'live' && stillMs >= stalledAfterMs) show({ name: 'stalled', detail: '' });
    if (exposed.state === 'stalled' && !isAway && !isHeld && stillMs < stalledAfterMs)
      show({ name: 'live', detail: '' });
  };

  /** @param {boolean} nobodyPublishes  As the server says, before it shows in the figures. */
  const onAway = (nobodyPublishes) => {
    isAway = nobodyPublishes;
    if (isAway && exposed.state === 'live') show({ name: 'stalled', detail: '' });
  };

  /** @param {boolean} networkIsTooThin  For any picture, as the server says: there is sound alone. */
  const onHeld = (networkIsTooThin) => {
    isHeld = networkIsTooThin;
    if (isHeld && exposed.state === 'live') show({ name: 'stalled', detail: heldDetail });
  };

  return { showRelaysRefused, show, showJoin, onFigures, onAway, onHeld, pause, askToken };
}

/** @param {readonly string[]} urls */
function showRelaysRefused(urls) {
  byId('relay-problem', HTMLElement).textContent =
    urls.length === 0
      ? ''
      : `This browser cannot use what the room names as a relay: ${urls.join(', ')}. On networks that let no media through, it will be missing.`;
}

/**
 * The head of the page, and what an address means that changes or comes back.
 *
 * @param {import('./address.js').PageAddress} address
 */
export function pageFrame({ namespace, room }) {
  document.title = `${namespace}/${room} · LiveRoom`;
  byId('room', HTMLElement).textContent = `${namespace} / ${room}`;
  window.addEventListener('hashchange', () => location.reload());
  // A page that comes back from the browser's cache has ended its session when it was left.
  window.addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
}
