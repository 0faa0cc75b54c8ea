/** The sizes that a publisher sends its picture in, as a viewer reads them. Pure. */

import { bitrateText } from './panel.js';

/**
 * One encoding, as the event `layers` tells it.
 *
 * @typedef {object} Layer
 * @property {string} rid
 * @property {number} [bitrate]  Bits a second; absent while it is not sent.
 * @property {number} [width]  Pixels; absent while nothing has told.
 * @property {number} [height]
 */

/**
 * What a menu offers. Without a `rid` the server chooses.
 *
 * @typedef {object} Choice
 * @property {string} rid  Empty: by itself.
 * @property {string} text
 * @property {boolean} isSent  Whether there is anything to choose.
 */

/**
 * The encodings of the video, the largest first.
 *
 * @param {string} data  A JSON object with a list for each m-section of the offer; a player has one with video.
 * @returns {readonly Layer[]}
 */
export const layersOf = (data) => {
  const [layers = []] = Object.values(JSON.parse(data));
  return layers.toReversed();
};

/**
 * The choices that there are, `Auto` first: none where there is one encoding at most. The one that is decoded now is marked
 * where it is seen: at `Auto`, too, while that is chosen.
 *
 * @param {readonly Layer[]} layers
 * @param {string | undefined} chosen  A rid.
 * @param {{ width?: number, height?: number }} decoded  Pixels.
 * @returns {readonly Choice[]}
 */
export function choicesOf(layers, chosen, decoded) {
  if (layers.length < 2) return [];
  const now = nearest(layers, decoded);
  const names = layers.map((layer) => {
    const isAlone = layers.every((other) => other === layer || sizeOf(other) !== sizeOf(layer));
    return isAlone || layer.bitrate === undefined ? sizeOf(layer) : `${sizeOf(layer)}, ${bitrateText(layer.bitrate)}`;
  });
  const isAuto = layers.every(({ rid }) => rid !== chosen);
  const auto = now < 0 || !isAuto ? 'Auto' : `Auto · now ${names[now]}`;
  return [
    { rid: '', text: auto, isSent: true },
    ...layers.map(({ rid, bitrate }, i) => {
      const isSent = bitrate !== undefined;
      const remark = i === now ? ' · now' : isSent ? '' : ' · not sent now';
      return { rid, text: `${names[i]}${remark}`, isSent };
    }),
  ];
}

/**
 * As people call it, whichever way the picture stands: 1280 × 720 and 720 × 1280 are both 720p.
 *
 * @param {Layer} layer
 */
const sizeOf = ({ rid, width, height }) =>
  width === undefined || height === undefined ? rid : `${Math.min(width, height)}p`;

/**
 * The layer that was most likely decoded; -1 while nothing is.
 *
 * @param {readonly Layer[]} layers
 * @param {{ height?: number }} decoded
 */
function nearest(layers, { height }) {
  if (height === undefined) return -1;
  const distances = layers.map((layer) => Math.abs((layer.height ?? Number.POSITIVE_INFINITY) - height));
  const least = Math.min(...distances);
  return Number.isFinite(least) ? distances.indexOf(least) : -1;
}
