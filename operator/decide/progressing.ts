import { isReady, type Pod } from '../kube.ts';
import { type Finding, no, type Verdict, yes } from './finding.ts';
import { podTrouble } from './origin-ready.ts';
import type { Seen } from './seen.ts';

/** How long a new pod may take to become ready before that is worth a word. */
const slowMs = 5 * 60_000;

/** Whether a roll-out is under way; if not, whether it is over, waits, or cannot go on. */
export function progressing(seen: Seen, origin: Verdict<'OriginReady'>): Verdict<'Progressing'> {
  const { rollout, rejection } = seen;
  if (rollout === 'Paused')
    return no('Paused', 'Nothing is done about the room while its annotation liveroom.dev/reconcile is Paused.');
  if (rollout === 'Suspended') return no('Suspended', 'The room has no pods while spec.suspend is true.');
  if (rejection !== undefined) return no('NotAccepted', 'No pod is made or replaced until the spec is accepted.');
  if (seen.refusal !== undefined)
    return no(
      'RolloutStuck',
      `No pod can be made. ${seen.refusal.message} Once that is put right, one is made by itself.`,
    );
  const name = seen.origin?.metadata.name;
  const obstacle = seen.obstacle ?? successorTrouble(seen);
  if (obstacle !== undefined)
    return no(
      'RolloutStuck',
      `Pod ${name} ${origin.status === 'True' ? 'serves on' : 'stays'}, as the one that is to take its place does not come up. ${obstacle.message} The roll-out goes on by itself once that is put right; where there is no room for two pods, delete the old one.`,
    );
  if (rollout === 'WaitingForIdle')
    return no(
      'WaitingForIdle',
      `Pod ${name} is replaced by a changed one as soon as nobody publishes. With spec.update.policy Immediate it would be at once.`,
    );
  if (rollout === 'WaitingForTurn')
    return no(
      'WaitingForTurn',
      `Pod ${name} is replaced when it is this room's turn: rollouts.maxConcurrent in the operator's configuration says how many there may be at a time.`,
    );
  if (rollout === 'Replacing' || origin.status !== 'True')
    return yes('RollingOut', 'The origin pod is being brought up.');
  return no('RolloutComplete', 'The pod is as the spec says.');
}

function successorTrouble({ successor, nowMs }: Seen): Pick<Finding, 'message'> | undefined {
  if (successor === undefined || isReady(successor)) return undefined;
  return podTrouble(successor) ?? slowness(successor, nowMs);
}

function slowness({ metadata: { name, namespace, creationTimestamp = '' } }: Pod, nowMs: number) {
  const ageMs = nowMs - Date.parse(creationTimestamp);
  return ageMs > slowMs
    ? {
        message: `Pod ${name} has not become ready in ${Math.floor(ageMs / 60_000)} minutes. See: kubectl -n ${namespace} describe pod ${name}`,
      }
    : undefined;
}
