/** Where the publisher's picture and sound come from. */

import { testPicture } from './test-picture.js';

/** @typedef {'camera' | 'screen' | 'test'} SourceKind */

/**
 * @typedef {object} Source
 * @property {SourceKind} kind
 * @property {MediaStream} stream
 * @property {() => void} stop
 */

const picture = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/**
 * Asks the person for permission where that is needed. Throws an Error whose message can be shown.
 *
 * @param {SourceKind} kind
 * @returns {Promise<Source>}
 */
export async function openSource(kind) {
  if (kind === 'test') return { kind, ...testPicture() };
  const stream = await (kind === 'camera' ? camera() : screen()).catch((/** @type {Error} */ error) => {
    throw new Error(refusalText(kind, error), { cause: error });
  });
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  return { kind, stream, stop };
}

const screen = () => navigator.mediaDevices.getDisplayMedia({ video: picture, audio: true });

/** A camera without a microphone still makes a picture. */
const camera = () =>
  navigator.mediaDevices
    .getUserMedia({ video: picture, audio: true })
    .catch((/** @type {Error} */ error) =>
      error.name === 'NotFoundError' ? navigator.mediaDevices.getUserMedia({ video: picture }) : Promise.reject(error),
    );

/**
 * @param {SourceKind} kind
 * @param {Error} error
 */
function refusalText(kind, error) {
  const thing = kind === 'camera' ? 'camera' : 'screen';
  if (error.name === 'NotAllowedError') return `You did not allow this page to use the ${thing}`;
  if (error.name === 'NotFoundError') return `No ${thing} was found`;
  if (error.name === 'NotReadableError') return `The ${thing} is in use by another program`;
  return `The ${thing} cannot be used: ${error.message}`;
}

/**
 * What this browser can offer. Camera and screen need a secure address (https, or localhost).
 *
 * @returns {Promise<Readonly<Record<SourceKind, boolean>>>}
 */
export async function availableSources() {
  const devices = navigator.mediaDevices;
  const found = await devices?.enumerateDevices().catch(() => []);
  return {
    camera: found?.some(({ kind }) => kind === 'videoinput') ?? false,
    screen: devices !== undefined && 'getDisplayMedia' in devices,
    test: true,
  };
}
