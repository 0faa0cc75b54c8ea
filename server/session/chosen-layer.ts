/** What a viewer asks of the layers of its video (WHEP's extension for layers). Pure. */

import { type Refusal, Refused } from '../room/refusal.ts';
import type { KnownSession } from './new-session.ts';

/** `rid` undefined: whatever the viewer's network carries. */
export interface ChosenLayer {
  readonly mid: string;
  readonly rid: string | undefined;
}

type Viewer = Pick<KnownSession, 'mids' | 'received'>;

/** Of an m-section without video, or a session that has none. */
const noVideo = -1;

/** The m-section of a session's offer that it has video by; -1 where it has none. */
export function videoIndex(viewer: Viewer | undefined): number {
  const video = viewer?.received.find(({ kind }) => kind === 'video');
  return video === undefined ? noVideo : (viewer?.mids.indexOf(video.mid) ?? noVideo);
}

/**
 * Reads `{"mediaId": "0", "rid": "h"}`: the index of an m-section (by default, that of the video), and one of the `rids` that
 * are published; without a rid the choice is ours again. Older players say `encodingId` for it. Throws {@link Refused}.
 */
export function chosenLayer(body: string, viewer: Viewer, rids: readonly string[]): ChosenLayer {
  const { mediaId, encodingId, rid = encodingId, ...others } = asked(body);
  const index = videoIndex(viewer);
  const mid = viewer.mids[index];
  if (mid === undefined || (mediaId !== undefined && mediaId !== index && mediaId !== String(index)))
    throw new Refused(unusable(`There are layers of the video only${index < 0 ? '' : `, "mediaId": "${index}"`}.`));
  const [other] = Object.keys(others).filter((name) => limits.includes(name));
  if (other !== undefined)
    throw new Refused(
      unusable(`Layers are chosen by their rid here, not by ${other}. Event "layers" tells which there are.`),
    );
  if (rid === undefined) return { mid, rid };
  if (typeof rid !== 'string' || !rids.includes(rid))
    throw new Refused(
      unusable(
        rids.length === 0 ? 'The publisher sends one encoding only.' : `The publisher sends ${rids.join(', ')}.`,
      ),
    );
  return { mid, rid };
}

/** What else may be asked for. What is none of the extension's is passed over. */
const limits: readonly string[] = [
  'spatialLayerId',
  'temporalLayerId',
  'maxSpatialLayerId',
  'maxTemporalLayerId',
  'maxWidth',
  'maxHeight',
];

function asked(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // It is said below.
  }
  throw new Refused({ reason: 'BadRequest', detail: 'Send a JSON object such as {"mediaId": "0", "rid": "h"}.' });
}

const unusable = (detail: string): Refusal => ({ reason: 'UnusableLayer', detail });
