/** WHIP (RFC 9725) and WHEP, from the client's side: one POST makes a session, one DELETE ends it. */

import { extensionUrl } from './session-events.js';

/** The server answered, and the answer is no. `detail` is the problem's (RFC 9457) own sentence for people. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   * @param {number | undefined} retryAfterMs
   * @param {boolean} hadToken
   */
  constructor(status, detail, retryAfterMs, hadToken = false) {
    super(detail);
    this.name = 'Refusal';
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.hadToken = hadToken;
  }
}

/**
 * Says a refusal of the offer itself (422; 406: of its codecs) in the page's words, as the server's are for those who write clients. Passes
 * on any other error as it is.
 *
 * @param {unknown} error
 * @param {(detail: string) => string} words
 */
export const offerRefused = (error, words) =>
  error instanceof Refusal && (error.status === 422 || error.status === 406)
    ? new Refusal(error.status, words(error.message), undefined, error.hadToken)
    : error;

/** No answer within this time is as good as no server. */
const answerTimeoutMs = 10_000;

/**
 * `Retry-After` in milliseconds: a number of seconds, or a date (RFC 9110 section 10.2.3).
 *
 * @param {string | null} header
 * @param {number} nowMs  Milliseconds since 1970.
 */
export function retryAfterMs(header, nowMs) {
  if (header === null || header.trim() === '') return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

/**
 * @param {Response} response
 * @param {boolean} hadToken
 */
async function refusal(response, hadToken) {
  const isProblem = /^application\/(problem\+)?json/i.test(response.headers.get('content-type') ?? '');
  const problem = isProblem ? await response.json().catch(() => ({})) : {};
  const detail = [problem.detail, problem.title].find((text) => typeof text === 'string' && text !== '');
  const words = detail ?? `The server answered ${response.status} ${response.statusText}`.trimEnd();
  return new Refusal(response.status, words, retryAfterMs(response.headers.get('retry-after'), Date.now()), hadToken);
}

/** @param {string | undefined} token */
const authorization = (token) => (token === undefined ? {} : { Authorization: `Bearer ${token}` });

/**
 * Throws a {@link Refusal} for an answer that is not 201, and an Error with words for people when there is none.
 *
 * @param {string} endpoint  Relative to the page: `whip` or `whep`.
 * @param {string | undefined} token
 * @param {string} offer
 * @returns {Promise<{ answer: string, session: string, events: string | undefined, layer: string | undefined }>} The
 *   answer's SDP, and the absolute URLs of the session, of its events, and where its layer is chosen.
 */
export async function postOffer(endpoint, token, offer) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp', ...authorization(token) },
    body: offer,
    signal: AbortSignal.timeout(answerTimeoutMs),
  }).catch((/** @type {Error} */ error) => {
    const words = error.name === 'TimeoutError' ? 'The server does not answer' : 'The server cannot be reached';
    throw new Error(words, { cause: error });
  });
  if (response.status !== 201) throw await refusal(response, token !== undefined);
  const location = response.headers.get('location');
  if (location === null) throw new Refusal(response.status, 'The answer names no session (no Location)', undefined);
  const session = new URL(location, response.url).href;
  const urlOf = (/** @type {'events' | 'layer'} */ name) =>
    extensionUrl(name, response.headers.get('link'), response.url);
  return { answer: await response.text(), session, events: urlOf('events'), layer: urlOf('layer') };
}

/**
 * Asks for one of the encodings that the publisher sends. Throws a {@link Refusal}, or an Error with words for people.
 *
 * @param {string} url  Of the session's layer.
 * @param {string | undefined} token
 * @param {string | undefined} rid  Undefined: whatever the network carries.
 */
export async function chooseLayer(url, token, rid) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...authorization(token) },
    body: JSON.stringify({ rid }),
    signal: AbortSignal.timeout(answerTimeoutMs),
  }).catch((/** @type {Error} */ error) => {
    throw new Error('The size could not be chosen, as the server cannot be reached.', { cause: error });
  });
  if (!response.ok) throw await refusal(response, token !== undefined);
}

/**
 * Restarts ICE with the client's new lines. Whatever ICE the session has, it is to end: `*` (RFC 9725 section 4.3.3).
 *
 * @param {string} session
 * @param {string | undefined} token
 * @param {string} fragment
 * @returns {Promise<string>} The server's lines.
 */
export async function patchIce(session, token, fragment) {
  const response = await fetch(session, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '*', ...authorization(token) },
    body: fragment,
    signal: AbortSignal.timeout(answerTimeoutMs),
  });
  if (response.status !== 200) throw await refusal(response, token !== undefined);
  return response.text();
}

/**
 * Ends a session. `keepalive` lets the request outlive the page. Failing is no harm: the server notices by itself when
 * a client has gone.
 *
 * @param {string} session
 * @param {string | undefined} token
 */
export async function deleteSession(session, token) {
  const request = { method: 'DELETE', keepalive: true, headers: authorization(token) };
  await fetch(session, { ...request, signal: AbortSignal.timeout(2000) }).catch(() => undefined);
}
