/**
 * Keeps a page connected, by the same URL, until it is told to stop:
 *
 *   connecting ──► live ──► ended
 *       ▲  └── refused, failed ─┤
 *       └── pause, or a token ◄─┘
 */

import { nextStep } from './next-step.js';

/**
 * @typedef {'idle' | 'connecting' | 'live' | 'stalled' | 'token' | 'waiting' | 'reconnecting' | 'refused'} StateName
 * @typedef {object} State
 * @property {StateName} name
 * @property {string} detail
 * @property {number} [afterMs]  Time until the next attempt.
 */

/**
 * @typedef {object} Connection
 * @property {Promise<Error>} ended  Resolves, never rejects, with the reason in words.
 * @property {() => Promise<void>} close  Ends the session at the server too; may be called twice.
 */

/**
 * @typedef {object} Parts
 * @property {(signal: AbortSignal) => Promise<Connection>} connect
 * @property {(state: State) => void} show
 * @property {(signal: AbortSignal) => Promise<void>} askToken  Resolves when a person has given one.
 * @property {(ms: number, signal: AbortSignal) => Promise<void>} pause  Resolves earlier when a person is impatient.
 * @property {() => number} random  In [0, 1).
 */

/**
 * Resolves when the signal is aborted and the session is closed; never rejects.
 *
 * @param {Parts} parts
 * @param {AbortSignal} signal
 */
export async function keepConnected(parts, signal) {
  let failures = 0;
  const live = () => {
    failures = 0;
    parts.show({ name: 'live', detail: '' });
  };
  while (!signal.aborted) {
    parts.show({ name: 'connecting', detail: '' });
    const failure = await oneSession(parts, signal, live).catch((/** @type {unknown} */ error) => error);
    if (signal.aborted) return;
    const step = nextStep(failure, failures, parts.random);
    failures = step.name === 'reconnecting' ? failures + 1 : 0;
    parts.show(step);
    if (step.name === 'token') await parts.askToken(signal);
    else await parts.pause(step.name === 'refused' ? Number.POSITIVE_INFINITY : step.afterMs, signal);
  }
}

/**
 * @param {Parts} parts
 * @param {AbortSignal} signal
 * @param {() => void} live
 * @returns {Promise<Error>} Why the session ended.
 */
async function oneSession(parts, signal, live) {
  const connection = await parts.connect(signal);
  const aborted = abortion(signal);
  try {
    if (!signal.aborted) live();
    return await Promise.race([connection.ended, aborted]);
  } finally {
    await connection.close();
  }
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<Error>}
 */
const abortion = (signal) =>
  new Promise((resolve) => {
    const stop = () => resolve(new Error('stopped'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
