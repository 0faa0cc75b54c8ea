/** Viewers one by one, as `GET /stats/viewers` tells of them. Pure. */
import type { ViewerStats, ViewersStats } from '#crds/viewer-stats.ts';
import { shortId } from '../log.ts';
import type { ViewerFigures, ViewersSeen } from '../media/down/viewer-figures.ts';

export const viewersStats = ({ total, viewers }: ViewersSeen): ViewersStats => ({
  total,
  viewers: viewers.map(viewerStats),
});

const viewerStats = (of: ViewerFigures): ViewerStats => ({
  session: shortId(of.id),
  room: of.room,
  ...(of.estimateBps >= 0 && { estimateBitsPerSecond: Math.round(of.estimateBps) }),
  ...layerOf(of),
  lossRatio: rounded(of.lossRatio),
  ...(of.recentLossRatio >= 0 && { recentLossRatio: rounded(of.recentLossRatio) }),
  ...(of.roundTripMs >= 0 && { roundTripSeconds: rounded(of.roundTripMs / 1000) }),
  silentForSeconds: rounded(Math.max(0, of.silentForMs) / 1000),
  isGone: of.isGone,
  isHeldBack: of.isHeldBack,
});

/** Nothing where there is one encoding, which has no name. */
function layerOf({ chosenRid: chosen, wantedRid: wanted, sentRid: sent }: ViewerFigures) {
  if (chosen === undefined && wanted === undefined && sent === undefined) return {};
  return { layer: { ...(chosen && { chosen }), ...(wanted && { wanted }), ...(sent && { sent }) } };
}

const rounded = (value: number): number => Math.round(1000 * value) / 1000;
