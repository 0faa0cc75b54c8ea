/** The publisher's choice of a source, and its preview. */

import { byId } from './dom.js';
import { availableSources, openSource } from './sources.js';

/** @typedef {import('./sources.js').Source} Source */
/** @typedef {import('./sources.js').SourceKind} SourceKind */

/**
 * Takes over the radio buttons named `source` and the element `preview`. Nothing asks for permission before somebody
 * has chosen or started.
 *
 * @param {{ wanted: string | undefined, onChange: (source: Source) => void, onLost: (error: Error) => void }} options
 *   `onLost`: a source could not be opened, or has ended, e.g. by the browser's own button.
 * @returns {Promise<() => Promise<Source>>} Opens the chosen source, unless it is open.
 */
export async function sourceChoice({ wanted, onChange, onLost }) {
  const preview = byId('preview', HTMLVideoElement);
  const radios = [...document.querySelectorAll('input[name=source]')].filter((it) => it instanceof HTMLInputElement);
  let /** @type {Source | undefined} */ source;
  let /** @type {Promise<Source> | undefined} */ opening;

  const chosen = () => /** @type {SourceKind} */ (radios.find(({ checked }) => checked)?.value ?? 'test');

  /** @param {Source | undefined} next */
  const put = (next) => {
    source?.stop();
    source = next;
    preview.srcObject = next?.stream ?? null;
    for (const track of next?.stream.getTracks() ?? []) {
      track.addEventListener('ended', () => {
        if (source !== next) return;
        put(undefined);
        onLost(new Error(`The ${next?.kind} has ended`));
      });
    }
  };

  /** @returns {Promise<Source>} */
  const openChosen = async () => {
    const kind = chosen();
    if (source?.kind === kind) return source;
    const next = await openSource(kind);
    if (kind === chosen()) {
      put(next);
      return next;
    }
    next.stop();
    return openChosen();
  };

  const open = () => {
    opening ??= openChosen().finally(() => {
      opening = undefined;
    });
    return opening;
  };

  const available = await availableSources();
  const first = [wanted, 'camera', 'test'].find((kind) => available[/** @type {SourceKind} */ (kind)]);
  for (const radio of radios) {
    radio.disabled = !available[/** @type {SourceKind} */ (radio.value)];
    radio.checked = radio.value === first;
    radio.addEventListener('change', () => void open().then(onChange, onLost));
  }
  if (first === 'test') await open();
  return open;
}
