import { annotation, label } from '#crds/contract.ts';
import { withDefaults } from '#crds/defaults.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { specSchema } from '#crds/schema.ts';
import { settingsHash } from '#operator/build/config-map.ts';
import { isMonitoringKind } from '#operator/build/coverage.ts';
import { desired, desiredMonitoring, desiredOfNamespace, desiredRoute } from '#operator/build/desired.ts';
import { isRouteKind } from '#operator/build/routing.ts';
import { keysSecret } from '#operator/build/shared-keys.ts';
import { configFrom } from '#operator/config-file.ts';
import { controllerOf, isBeingDeleted, type KubeObject } from '#operator/kube.ts';
import type { Mirror } from './mirror.ts';

/** The least that an operator is told; it may add to objects what it has been told besides. */
const config = configFrom(JSON.stringify({ images: { sfu: 'liveroom.dev/sfu:0.1.0' } }));
const served = { ServiceMonitor: true, PrometheusRule: true };

/** What is not as the rooms' specs want it: objects that lack, differ, or are left over. Empty when all is well. */
export function wrongs(seen: Mirror): readonly string[] {
  const rooms = seen.rooms().map((room) => ({ ...room, spec: withDefaults(specSchema, room.spec) }) as LiveRoom);
  const others = [...seen.pods(), ...seen.secrets(), ...seen.objects()];
  const byOwner = Map.groupBy(others, (object) => controllerOf(object)?.uid);
  const living = new Set(rooms.map(({ metadata: { uid } }) => uid));
  const unowned = byOwner.get(undefined) ?? [];
  const inhabited = Map.groupBy(rooms, ({ metadata }) => metadata.namespace);
  const ofNamespaces = [...inhabited].flatMap(([namespace = '', there]) => [
    ...desiredOfNamespace(namespace, there, config, served),
    keysOf(namespace),
  ]);
  const leftOver = others.filter((object) => {
    const owner = controllerOf(object)?.uid;
    return owner === undefined ? !ofNamespaces.some(isNamed(object)) : !living.has(owner);
  });
  const lacking = ofNamespaces.filter((wanted) => !isPartOf(wanted, unowned.find(isNamed(wanted))));
  return [
    ...leftOver.map((object) => `${nameOf(object)} is left over`),
    ...lacking.map((wanted) => `${nameOf(wanted)} lacks or is not as desired`),
    ...rooms.flatMap((room) => wrongsOf(room, byOwner.get(room.metadata.uid) ?? [])),
  ];
}

/** Whatever stands in it. */
const keysOf = (namespace: string): KubeObject => {
  const { apiVersion, kind, metadata } = keysSecret(namespace, {});
  return { apiVersion, kind, metadata };
};

const isNamed =
  ({ kind, metadata: { namespace, name } }: KubeObject) =>
  (object: KubeObject): boolean =>
    object.kind === kind && object.metadata.namespace === namespace && object.metadata.name === name;

function wrongsOf(room: LiveRoom, owned: readonly KubeObject[]): readonly string[] {
  const name = nameOf(room);
  const wanted = [...desired(room), ...desiredRoute(room, true), ...desiredMonitoring(room, config, served)];
  const unlike = wanted
    .filter((object) => !isPartOf(object, owned.find(isNamed(object))))
    .map(({ kind }) => `${name}: its ${kind} lacks or is not as desired`);
  const unwanted = owned
    .filter(({ kind }) => isRouteKind(kind) || isMonitoringKind(kind))
    .filter((object) => !wanted.some(({ kind }) => kind === object.kind))
    .map(({ kind }) => `${name}: has a ${kind} that is not desired`);
  const pods = owned.filter((object) => object.kind === 'Pod' && !isBeingDeleted(object));
  const [pod] = pods;
  const isRight = pod?.metadata.annotations?.[annotation.settingsHash] === settingsHash(room) && isImage(pod, room);
  const { conditions = [], observedGeneration } = room.status ?? {};
  const ready = conditions.find(({ type }) => type === 'Ready');
  return [
    ...unlike,
    ...unwanted,
    ...(pods.length === 1 && isRight
      ? []
      : [`${name}: has ${pods.length} pods, the first ${isRight ? 'right' : 'wrong'}`]),
    ...(owned.some(({ kind }) => kind === 'Secret') ? [] : [`${name}: has no tokens`]),
    ...(ready?.status === 'True' && observedGeneration === room.metadata.generation
      ? []
      : [
          `${name}: Ready=${ready?.status}/${ready?.reason} of generation ${observedGeneration}/${room.metadata.generation}`,
        ]),
  ];
}

const isImage = (pod: KubeObject, room: LiveRoom): boolean =>
  (pod as { spec?: { containers?: { image?: string }[] } }).spec?.containers?.[0]?.image === room.spec.pod.image;

const nameOf = ({ kind, metadata: { namespace, name, labels } }: KubeObject): string =>
  `${kind} ${namespace}/${name}${labels?.[label.room] ? ` of ${labels[label.room]}` : ''}`;

/** Whether an object has at least these fields. What an owner's UID is has been looked at before. */
function isPartOf(wanted: unknown, object: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return wanted === object;
  if (typeof object !== 'object' || object === null) return false;
  return Object.entries(wanted).every(
    ([key, value]) => value === undefined || isPartOf(value, (object as Record<string, unknown>)[key]),
  );
}
