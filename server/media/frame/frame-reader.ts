import { av1Reader } from './av1.ts';
import type { FrameReader } from './frame.ts';
import { h264Reader } from './h264.ts';
import { vp8Reader } from './vp8.ts';
import { vp9Reader } from './vp9.ts';

/**
 * A reader of its own for one source, by the codec's name as in `PayloadCodec`; undefined for a codec that has no pictures.
 * Allocates: once for each source.
 */
export function frameReader(codecName: string): FrameReader | undefined {
  const [encoding] = codecName.split(';', 1);
  switch (encoding) {
    case 'video/h264':
      return h264Reader();
    case 'video/vp8':
      return vp8Reader();
    case 'video/vp9':
      return vp9Reader();
    case 'video/av1':
      return av1Reader();
    default:
      return undefined;
  }
}
