/** The publisher's choice of a source, and its preview. */

import { byId } from './dom.js';
import { availableSources, openSource } from './sources.js';

/** @typedef {import('./sources.js').Source} Source */
/** @typedef {import('./sources.js').SourceKind} SourceKind */

/**
 * Takes over the radio buttons named `source` and the elements `preview` and `source-problem`. Nothing asks for
 * permission before somebody has chosen or started. When a new source cannot be opened, the old one stays.
 *
 * @param {{ wanted: string | undefined, onChange: (source: Source) => void, onLost: () => void }} options  `onLost`: the
 *   source has ended by itself, e.g. by the browser's own button.
 * @returns {Promise<() => Promise<Source>>} Opens the chosen source, unless it is open; a problem is shown, then thrown.
 */
export async function sourceChoice({ wanted, onChange, onLost }) {
  const preview = byId('preview', HTMLVideoElement);
  const problem = byId('source-problem', HTMLElement);
  const radios = [...document.querySelectorAll('input[name=source]')].filter((it) => it instanceof HTMLInputElement);
  let /** @type {Source | undefined} */ source;
  let /** @type {Promise<Source> | undefined} */ opening;

  const chosen = () => /** @type {SourceKind} */ (radios.find(({ checked }) => checked)?.value ?? 'test');
  const choose = (/** @type {string | undefined} */ kind) => {
    for (const radio of radios) radio.checked = radio.value === kind;
  };

  /** @param {Source | undefined} next */
  const put = (next) => {
    source?.stop();
    source = next;
    preview.srcObject = next?.stream ?? null;
    for (const track of next?.stream.getTracks() ?? []) {
      track.addEventListener('ended', () => {
        if (source !== next) return;
        put(undefined);
        problem.textContent = `The ${next?.kind} has ended.`;
        onLost();
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
    problem.textContent = '';
    opening ??= openChosen()
      .catch((/** @type {Error} */ error) => {
        problem.textContent = `${error.message}.`;
        if (source !== undefined) choose(source.kind);
        throw error;
      })
      .finally(() => {
        opening = undefined;
      });
    return opening;
  };

  const available = await availableSources();
  choose([wanted, 'camera', 'test'].find((kind) => available[/** @type {SourceKind} */ (kind)]));
  for (const radio of radios) {
    radio.disabled = !available[/** @type {SourceKind} */ (radio.value)];
    radio.addEventListener('change', () => void open().then(onChange, () => undefined));
  }
  if (chosen() === 'test') await open();
  return open;
}
