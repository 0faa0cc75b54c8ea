import type { DownTrack, UpTrack } from '../media/plane.ts';

/** Whether a viewer sees or hears nothing of a publisher, for want of a codec in what it once agreed on. */
export const isStranded = (
  received: readonly Pick<DownTrack, 'kind' | 'codecs'>[],
  published: readonly Pick<UpTrack, 'kind' | 'codecs'>[],
): boolean =>
  received.some(({ kind, codecs }) => {
    const sent = published.filter((track) => track.kind === kind).flatMap((track) => track.codecs);
    return sent.length > 0 && !sent.some(({ name }) => codecs.some((codec) => codec.name === name));
  });
