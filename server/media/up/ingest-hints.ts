import type { hintReasons } from '#crds/ingest-metrics.ts';
import type { IngestFigures } from './ingest-quality.ts';

export type HintReason = (typeof hintReasons)[number];

/** What a publisher should change about its encoder, for viewers' sake. */
export interface Hint {
  readonly reason: HintReason;
  /** A sentence or two for whoever set up the encoder. */
  readonly message: string;
}

/** Who joins waits for a key frame, and so does everybody after a loss that could not be repaired. */
const longKeyFrameIntervalMs = 4000;
/** An encoder that makes key frames when asked needs a round trip and a picture. */
const longKeyFrameWaitMs = 2000;
/** Of one by itself the packet with its parameters may have been lost, or come late. */
const manyBareKeyFrames = 2;

/**
 * What the figures of one video track give reason for. `isAskable`: the track's codec was negotiated with PLI or FIR. Browsers make
 * key frames when they are asked and seldom else, which is fine; so of such an encoder the interval counts only once asking
 * was in vain.
 */
export function hints(figures: IngestFigures, isAskable: boolean): readonly Hint[] {
  const found: Hint[] = [];
  if (figures.hasBFrames)
    found.push({
      reason: 'BFrames',
      message:
        'The encoder sends B-frames. Browsers show pictures in the order they come in, so that viewers do not see a smooth picture: turn B-frames off (x264: bframes=0).',
    });
  // An encoder that sends nothing at all has another trouble.
  const isRare = figures.framesPerSecond > 0 && figures.keyFrameIntervalMs > longKeyFrameIntervalMs;
  if (isRare && (!isAskable || figures.keyFrameWaitMs > longKeyFrameWaitMs))
    found.push({ reason: 'RareKeyFrames', message: rareKeyFrames(figures, isAskable) });
  if (figures.bareKeyFrames >= manyBareKeyFrames)
    found.push({
      reason: 'NoParameterSets',
      message:
        'Key frames come without their parameter sets, and who joins cannot decode them: have the encoder repeat them with each key frame (x264: repeat-headers=1; GStreamer: config-interval=-1).',
    });
  return found;
}

const rareKeyFrames = ({ keyFrameIntervalMs, keyFrameWaitMs }: IngestFigures, isAskable: boolean): string =>
  `No key frame came for ${seconds(keyFrameIntervalMs)}${isAskable ? `, and none in the ${seconds(keyFrameWaitMs)} after one was asked for` : ''}. Who joins sees nothing until the next one: let the encoder make one every 2 s.`;

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
