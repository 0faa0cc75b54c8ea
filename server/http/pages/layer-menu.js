/** Where a viewer chooses among the sizes that the publisher sends. There is no menu where there is one size. */

import { byId } from './dom.js';
import { choicesOf } from './layers.js';

/** @typedef {(rid: string | undefined) => Promise<void>} Choose  Rejects with words for people. */

/**
 * Takes over the elements `layer`, `layer-field` and `layer-problem`. What was chosen holds for as long as the page is open,
 * over sessions too, and is written down nowhere.
 */
export function layerMenu() {
  const select = byId('layer', HTMLSelectElement);
  const field = byId('layer-field', HTMLElement);
  const problem = byId('layer-problem', HTMLElement);
  let /** @type {readonly import('./layers.js').Layer[]} */ layers = [];
  let /** @type {import('./figures.js').Figures} */ decoded = {};
  let /** @type {string | undefined} */ chosen;
  /** What the server knows of it in this session. */
  let /** @type {string | undefined} */ asked;
  let /** @type {Choose | undefined} */ choose;
  let isAsking = false;

  const isThere = (/** @type {string | undefined} */ rid) => layers.some((layer) => layer.rid === rid);
  const draw = () => {
    const choices = choicesOf(layers, chosen, decoded);
    field.hidden = choices.length === 0;
    if (choices.length !== select.options.length) select.replaceChildren(...choices.map(() => new Option()));
    for (const [i, { rid, text, isSent }] of choices.entries()) write(select.options[i], rid, text, !isSent);
    select.value = chosen !== undefined && isThere(chosen) ? chosen : '';
  };
  const ask = async () => {
    const to = choose;
    if (isAsking || to === undefined || chosen === asked || (chosen !== undefined && !isThere(chosen))) return;
    const rid = chosen;
    isAsking = true;
    await to(rid).then(
      () => {
        if (to === choose) asked = rid;
      },
      (/** @type {Error} */ error) => {
        // Of a session that is no more; the next one is asked by itself.
        if (to !== choose) return;
        problem.textContent = error.message;
        if (chosen === rid) chosen = asked;
      },
    );
    isAsking = false;
    draw();
    // Whoever goes through the sizes with the arrow keys means the last one.
    await ask();
  };

  select.addEventListener('change', () => {
    problem.textContent = '';
    chosen = select.value || undefined;
    draw();
    void ask();
  });
  return {
    /** @param {Choose | undefined} next  That of a new session, which sends by itself what the network carries. */
    begin: (next) => {
      choose = next;
      asked = undefined;
      if (next === undefined) layers = [];
      draw();
      void ask();
    },
    /** @param {readonly import('./layers.js').Layer[]} next */
    onLayers: (next) => {
      layers = next;
      draw();
      void ask();
    },
    /** @param {import('./figures.js').Figures} figures */
    onFigures: (figures) => {
      decoded = figures;
      draw();
    },
  };
}

/**
 * Touches only what changes: a list that is open stays as it is.
 *
 * @param {HTMLOptionElement | undefined} option
 * @param {string} value
 * @param {string} text
 * @param {boolean} isDisabled
 */
function write(option, value, text, isDisabled) {
  if (option === undefined) return;
  if (option.value !== value || option.text !== text) Object.assign(option, { value, text });
  if (option.disabled !== isDisabled) option.disabled = isDisabled;
}
