import { annotation } from '#crds/contract.ts';
import { type ContainerStatus, isReady, type Pod } from '../kube.ts';
import { type Finding, no, type Verdict, yes } from './finding.ts';
import { lacksPort, whyUnscheduled } from './host-port-held.ts';
import { givenAddresses, givenInVain, hostPortOf, spoken } from './media-address.ts';
import { serviceTellsNoAddress, waitingForLoadBalancer } from './media-service.ts';
import type { Seen } from './seen.ts';
import { mentioned, unseenVerdict } from './unseen.ts';

type Check = (pod: Pod, seen: Seen) => Finding<'OriginReady'> | undefined;

/** What keeps a pod from becoming ready. */
const troubles = [unscheduled, imageFails, crashes] as const;
/** The most specific cause first: the first finding is the one that is told. */
const checks: readonly Check[] = [...troubles, crashesStill, addressUnknown, waitingForLoadBalancer, starting];

/** What keeps a pod from becoming ready until somebody does something about it. */
export const podTrouble = (pod: Pod): Finding<'OriginReady'> | undefined =>
  troubles
    .values()
    .map((check) => check(pod))
    .find((found) => found !== undefined);

/** Whether the origin pod is ready and has an address, if it can be seen. What was tried is known in any case. */
export const originReady = (seen: Seen, known: Verdict<'OriginReady'>): Verdict<'OriginReady'> =>
  seen.refusal !== undefined || seen.rollout === 'Suspended'
    ? known
    : (unseenVerdict('OriginReady', seen.unseen) ?? known);

/** The same by what was seen last. */
export function originAsKnown(seen: Seen): Verdict<'OriginReady'> {
  const { origin, refusal, mediaAddress } = seen;
  if (refusal !== undefined) return no(refusal.reason, refusal.message);
  if (seen.rollout === 'Suspended') return no('Suspended', 'spec.suspend is true: the room takes nobody.');
  if (origin === undefined)
    return no(
      'PodPending',
      seen.rejection ? 'No pod is made until the spec is accepted.' : 'The pod is about to be made.',
    );
  const finding = checks
    .values()
    .map((check) => check(origin, seen))
    .find((found) => found !== undefined);
  if (finding !== undefined) return no(finding.reason, finding.message);
  const where = mediaAddress === undefined ? '' : ` and takes media at ${spoken(mediaAddress)}`;
  return yes('OriginReady', `Pod ${origin.metadata.name} is ready${where}.${mentioned('OriginReady', seen.unseen)}`);
}

function unscheduled(pod: Pod): ReturnType<Check> {
  const why = whyUnscheduled(pod);
  if (why === undefined) return undefined;
  const said = `Pod ${pod.metadata.name} fits on no node: ${why.replace(/\.*$/, '.')}`;
  return lacksPort(why)
    ? {
        reason: 'NoFreePorts',
        message: `${said} Other pods have UDP port ${hostPortOf(pod)} on them. Unless they are this operator's own, a pod with another port is tried in its place after a while; if none does, move the operator's hostPorts, or add nodes.`,
      }
    : { reason: 'Unschedulable', message: `${said} Add nodes, or change spec.pod.` };
}

const imageReasons = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']);

function imageFails(pod: Pod): ReturnType<Check> {
  const container = pod.status?.containerStatuses?.find(({ state }) => imageReasons.has(state?.waiting?.reason ?? ''));
  const waiting = container?.state?.waiting;
  if (waiting === undefined) return undefined;
  const image = pod.spec.containers[0]?.image;
  return {
    reason: 'ImagePullFailed',
    message: `Pod ${pod.metadata.name} cannot get image ${image}: ${pullError(waiting)} Check its name and the pull secrets.`,
  };
}

/** The kubelet tells the same error now as its own, now as that for which it waits. */
const pullError = ({ message, reason = 'no reason given' }: { readonly message?: string; readonly reason?: string }) =>
  (message ?? reason).replace(/^Back-off pulling image "[^"]*": ErrImagePull: /, '').replace(/\.*$/, '.');

function crashes(pod: Pod): ReturnType<Check> {
  const container = pod.status?.containerStatuses?.find(({ state }) => state?.waiting?.reason === 'CrashLoopBackOff');
  return container && crashLooping(pod, container);
}

/** Between two crashes a server runs for a moment. That is no news until it is ready. */
function crashesStill(pod: Pod, { room: { status } }: Seen): ReturnType<Check> {
  const said = status?.conditions?.find(({ type }) => type === 'OriginReady')?.reason;
  if (isReady(pod) || said !== 'CrashLooping' || status?.origin?.podName !== pod.metadata.name) return undefined;
  const container = pod.status?.containerStatuses?.find(({ lastState }) => lastState?.terminated !== undefined);
  return container && crashLooping(pod, container);
}

function crashLooping({ metadata }: Pod, { restartCount, lastState }: ContainerStatus): Finding<'OriginReady'> {
  const { name, namespace } = metadata;
  const last = lastState?.terminated;
  const end =
    last === undefined ? '' : `, last with exit code ${last.exitCode}${last.reason ? ` (${last.reason})` : ''}`;
  return {
    reason: 'CrashLooping',
    message: `Pod ${name} has ended ${restartCount} times${end}. See: kubectl -n ${namespace} logs --previous ${name}`,
  };
}

/** The pod is on a node, and no client can be told its address until somebody does something about it. */
export function addressUnknown(
  pod: Pod,
  seen: Pick<Seen, 'room' | 'mediaAddress' | 'mediaService' | 'node'>,
): (Finding<'OriginReady'> & Finding<'MediaReachable'>) | undefined {
  const { nodeName } = pod.spec;
  const { mediaAddress, node, room } = seen;
  const { mode } = room.spec.network.media;
  if (nodeName === undefined || mode === 'ClusterOnly' || mediaAddress !== undefined) return undefined;
  const problem = serviceTellsNoAddress(pod, seen);
  if (problem !== undefined || mode === 'LoadBalancer') return problem;
  if (node === undefined)
    return {
      reason: 'AddressUnknown',
      message: `The operator sees nothing of node ${nodeName}, so clients cannot be told where to send media: it may not list and watch nodes, or the node is gone. Grant it that with a ClusterRole, as the chart does with rbac.clusterScoped.`,
    };
  const given = givenAddresses(node);
  const cause =
    given === undefined
      ? `Node ${nodeName} tells neither an ExternalIP nor an InternalIP of the IP family of the pod`
      : `Node ${nodeName} ${givenInVain(given)}`;
  return {
    reason: 'AddressUnknown',
    message: `${cause}, so clients cannot be told where to send media. Run: kubectl annotate --overwrite node ${nodeName} ${annotation.mediaAddress}=<its IP address>`,
  };
}

function starting(pod: Pod): ReturnType<Check> {
  if (isReady(pod)) return undefined;
  const { nodeName } = pod.spec;
  const waiting = pod.status?.containerStatuses?.find(({ state }) => state?.waiting !== undefined)?.state?.waiting;
  const place = nodeName === undefined ? 'waits for a node' : `is starting on node ${nodeName}`;
  const detail =
    waiting?.reason === undefined ? '' : ` (${[waiting.reason, waiting.message].filter(Boolean).join(': ')})`;
  return { reason: 'PodPending', message: `Pod ${pod.metadata.name} ${place}${detail}.` };
}
