/** The page's state in words, and what a person can do about it: try again at once, give a token. */

import { byId } from './dom.js';

/** @typedef {import('./keep-connected.js').State} State */

/**
 * @typedef {object} Words
 * @property {string} chip   One or two words for the page's head.
 * @property {string} title
 * @property {string} detail  Unless the state brings its own. Without title and detail the picture stays free.
 */

/**
 * Takes over the elements with the ids `state`, `notice` and below.
 *
 * @param {Readonly<Record<import('./keep-connected.js').StateName, Words>>} words
 */
export function notice(words) {
  const chip = byId('state', HTMLElement);
  const box = byId('notice', HTMLElement);
  const retry = byId('retry', HTMLButtonElement);
  const form = byId('token-form', HTMLFormElement);
  const countdown = byId('countdown', HTMLElement);
  let timer = 0;

  /** @param {State} state */
  const show = ({ name, detail, afterMs }) => {
    const { chip: short, title, detail: usual } = words[name];
    document.body.dataset['state'] = name;
    chip.textContent = short;
    const text = sentence(detail || usual);
    byId('notice-title', HTMLElement).textContent = title;
    byId('notice-detail', HTMLElement).textContent = text;
    box.hidden = title + text === '';
    retry.hidden = !['waiting', 'reconnecting', 'refused'].includes(name);
    form.hidden = name !== 'token';
    clearInterval(timer);
    countdown.textContent = '';
    if (afterMs !== undefined) timer = countDown(countdown, performance.now() + afterMs);
  };

  /**
   * @param {number} ms
   * @param {AbortSignal} signal
   */
  const pause = (ms, signal) =>
    until(signal, (done, listening) => {
      if (Number.isFinite(ms)) setTimeout(done, ms);
      retry.addEventListener('click', done, listening);
      window.addEventListener('online', done, listening);
    });

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<string>} Empty when aborted.
   */
  const askToken = async (signal) => {
    const input = byId('token', HTMLInputElement);
    input.value = '';
    input.focus();
    await until(signal, (done, listening) => form.addEventListener('submit', done, listening));
    return input.value.trim();
  };

  form.addEventListener('submit', (event) => event.preventDefault());
  return { show, pause, askToken };
}

/**
 * Resolves when `done` is called or the signal is aborted; listeners added with `listening` are gone then.
 *
 * @param {AbortSignal} signal
 * @param {(done: () => void, listening: { signal: AbortSignal }) => void} listen
 * @returns {Promise<void>}
 */
const until = (signal, listen) =>
  new Promise((resolve) => {
    const over = new AbortController();
    const done = () => {
      over.abort();
      resolve();
    };
    if (signal.aborted) done();
    signal.addEventListener('abort', done, { signal: over.signal });
    listen(done, { signal: over.signal });
  });

/**
 * @param {HTMLElement} element
 * @param {number} atMs
 */
function countDown(element, atMs) {
  const write = () => {
    const seconds = Math.ceil((atMs - performance.now()) / 1000);
    element.textContent = seconds > 0 ? `Trying again in ${seconds} s` : '';
  };
  write();
  return window.setInterval(write, 250);
}

/** @param {string} text */
const sentence = (text) => (text === '' || /[.!?…]$/.test(text) ? text : `${text}.`);
