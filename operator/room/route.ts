import type { LiveRoom } from '#crds/liveroom.ts';
import { aliases } from '../build/aliases.ts';
import { desiredRoute } from '../build/desired.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { roomKey } from '../cluster/keys.ts';
import { aliasHolder, aliasTaken } from '../decide/alias-holder.ts';
import type { Finding } from '../decide/finding.ts';
import { type Action, plan } from '../decide/plan.ts';
import { routeRefusalBy } from '../errors.ts';
import { isControlledBy, type KubeObject, type Pod, type Service } from '../kube.ts';
import { certificateProblem } from './certificate.ts';

/**
 * Makes what leads a host name to the room, and takes away what does no longer. The room works without it, so what is
 * wrong with it is said of the URLs alone.
 */
export async function settleRoute(
  room: LiveRoom,
  cluster: Pick<Cluster, 'rooms' | 'routesOf' | 'servesHTTPRoutes' | 'apply' | 'remove' | 'read'>,
): Promise<Finding<'EndpointReady'> | undefined> {
  const isOurs = (object: KubeObject) => isControlledBy(object, room.metadata.uid);
  const owned = cluster.routesOf(roomKey(room)).filter(isOurs);
  const holder = holderOf(room, cluster);
  for (const step of plan(desiredRoute(room, cluster.servesHTTPRoutes(), holder === undefined), owned)) {
    const { object } = step;
    const done =
      step.action === 'delete' ? cluster.remove(object) : cluster.apply(object, { isNew: step.isNew, isOurs });
    const refused = await done.then(
      () => undefined,
      (error: unknown) => routeRefusalBy(object.kind, error, step.action),
    );
    if (refused !== undefined) return refused;
  }
  return (await certificateProblem(room, cluster)) ?? (holder && aliasTaken(room, holder));
}

/** The room that has the aliases which this one asks for. */
const holderOf = (room: LiveRoom, cluster: Pick<Cluster, 'rooms'>): LiveRoom | undefined =>
  aliases(room).length === 0 ? undefined : aliasHolder(room, cluster.rooms());

/** Reasons that nobody knows who has not tried to make the object. */
const refusals: readonly string[] = ['NameConflict', 'RouteRejected', 'QuotaExceeded', 'PermissionMissing'];

/** What is wrong with what leads to the pod of a room about which nothing is done: with the objects as they are. */
export async function routeAsItIs(
  room: LiveRoom,
  origin: Pod | undefined,
  cluster: Pick<Cluster, 'rooms' | 'objectsOf' | 'routesOf' | 'servesHTTPRoutes' | 'read'>,
): Promise<Finding<'EndpointReady'> | undefined> {
  const isOurs = (object: KubeObject) => isControlledBy(object, room.metadata.uid);
  const services = cluster.objectsOf(roomKey(room)).filter(isOurs).filter(isService);
  const service = services.find(({ metadata }) => metadata.name === room.metadata.name);
  const what = `Service ${room.metadata.namespace}/${room.metadata.name}`;
  if (service === undefined) return staying('NoReadyPod', `There is no ${what}, so the URLs answer nobody.`);
  if (origin !== undefined && !selects(service, origin))
    return staying('NoReadyPod', `${what} does not lead to pod ${origin.metadata.name}.`);
  const owned = cluster.routesOf(roomKey(room)).filter(isOurs);
  const hasAliases = holderOf(room, cluster) === undefined;
  const [differing] = plan(desiredRoute(room, cluster.servesHTTPRoutes(), hasAliases), owned).filter(isApplied);
  return differing === undefined ? await certificateProblem(room, cluster) : (refusedBefore(room) ?? unlike(differing));
}

const isService = (object: KubeObject): object is Service => object.kind === 'Service';

const selects = ({ spec }: Service, { metadata: { labels = {} } }: Pod): boolean =>
  Object.entries(spec.selector ?? {}).every(([name, value]) => labels[name] === value);

type Applied = Extract<Action, { readonly action: 'apply' }>;

const isApplied = (step: Action): step is Applied => step.action === 'apply';

function refusedBefore({ status }: LiveRoom): Finding<'EndpointReady'> | undefined {
  const said = status?.conditions?.find((one) => one.type === 'EndpointReady' && one.status === 'False');
  if (said === undefined || !refusals.includes(said.reason)) return undefined;
  return { reason: said.reason as Finding<'EndpointReady'>['reason'], message: said.message };
}

function unlike({ isNew, object: { kind, metadata } }: Applied): Finding<'EndpointReady'> {
  const what = `${kind} ${metadata.namespace}/${metadata.name}`;
  return staying('WaitingForIngress', isNew ? `There is no ${what}.` : `${what} is not as the spec says.`);
}

const staying = (reason: Finding<'EndpointReady'>['reason'], what: string): Finding<'EndpointReady'> => ({
  reason,
  message: `${what} That stays so while the room is paused.`,
});
