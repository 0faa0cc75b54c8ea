/**
 * Numbers that a codec's payload carries for the pictures themselves. A decoder takes a jump in them for loss, so they have
 * to go on where a subscriber is moved to another source, as the numbers of packets do:
 *
 *   source A   … 511 512 ┐               each is shifted by one constant for as long as the source lasts
 *   source B             └ 77 78 …
 *   subscriber … 511 512  513 514 …
 */
import { vp8Reader } from '../frame/vp8.ts';
import { vp9Reader } from '../frame/vp9.ts';
import type { PayloadCodec } from '../plane.ts';

/** Where they stand in one payload, 0 for none, and what they are; of VP8 and VP9 alike. */
export interface PictureNumbers {
  readonly pictureIdAt: number;
  /** 15 bits rather than 7. */
  readonly isLongPictureId: boolean;
  readonly pictureId: number;
  /** TL0PICIDX, 8 bits. */
  readonly baseLayerIndexAt: number;
  readonly baseLayerIndex: number;
}

type PictureReader = (payload: Buffer, marker: boolean) => PictureNumbers | undefined;

/** By the publisher's payload type; undefined for a codec without such numbers. */
export type PictureReaders = readonly (PictureReader | undefined)[];

/** One set serves all that a track goes to. A reader returns the same object every time; only to make it allocates. */
export function pictureReaders(codecs: readonly PayloadCodec[]): PictureReaders {
  const readers: (PictureReader | undefined)[] = Array.from({ length: 128 });
  for (const { name, payloadType } of codecs) readers[payloadType] = readerOf(name);
  return readers;
}

function readerOf(codecName: string): PictureReader | undefined {
  const [encoding] = codecName.split(';', 1);
  if (encoding === 'video/vp8') return vp8Reader();
  return encoding === 'video/vp9' ? vp9Reader() : undefined;
}

/** What is added to a source's numbers. */
export interface PictureShifts {
  readonly picture: number;
  readonly baseLayer: number;
}

/** The numbers that a subscriber was sent last; -1 before the first. */
export interface PicturesSent {
  pictureId: number;
  baseLayerIndex: number;
}

/** For a source whose first packet has these numbers, and that is to go on behind what was sent. */
export const pictureShifts = (sent: PicturesSent, first: PictureNumbers | undefined): PictureShifts => ({
  picture: sent.pictureId < 0 || !first?.pictureIdAt ? 0 : sent.pictureId + 1 - first.pictureId,
  baseLayer: sent.baseLayerIndex < 0 || !first?.baseLayerIndexAt ? 0 : sent.baseLayerIndex + 1 - first.baseLayerIndex,
});

/** Notes the numbers of a packet that is ahead of all others. */
export function notePictures(sent: PicturesSent, of: PictureNumbers, shifts: PictureShifts): void {
  if (of.pictureIdAt > 0) sent.pictureId = (of.pictureId + shifts.picture) & (of.isLongPictureId ? 0x7fff : 0x7f);
  if (of.baseLayerIndexAt > 0) sent.baseLayerIndex = (of.baseLayerIndex + shifts.baseLayer) & 0xff;
}

/**
 * Writes them into the payload that they were read from, for one subscriber; for the next it is written to again. So every
 * copy of it has to be written, those to which nothing is added too.
 */
export function writePictures(payload: Buffer, of: PictureNumbers, shifts: PictureShifts): void {
  const at = of.pictureIdAt;
  if (at > 0) {
    const id = of.pictureId + shifts.picture;
    if (of.isLongPictureId) {
      payload[at] = 0x80 | ((id >>> 8) & 0x7f);
      payload[at + 1] = id;
    } else payload[at] = id & 0x7f;
  }
  if (of.baseLayerIndexAt > 0) payload[of.baseLayerIndexAt] = of.baseLayerIndex + shifts.baseLayer;
}
