import type { ConditionType, conditionReasons } from '#crds/liveroom.ts';
import { type Grant, nameOfGrant } from './role.ts';

/** Of a room. `words` are some of its message; without them it has the API server's own. */
export interface Condition {
  readonly type: ConditionType;
  readonly reason: string;
  readonly words?: string;
}

/** Who is to tell that a permission is missing. */
export type Teller =
  | Condition
  | 'log'
  /** Garbage collection may be faster, and then the permission is not missed at all. */
  | 'log, or nobody';

/** Asked only by OwnerReferencesPermissionEnforcement, which the API server of the tests does not run. */
export const neverAsked = 'liverooms/finalizers';

type Named = { readonly [T in ConditionType]: `${T}/${(typeof conditionReasons)[T][number]}` }[ConditionType];

/** What the operator has to list before it begins with any room. */
const listedFirst = ['pods', 'services', 'configmaps', 'ingresses', 'networkpolicies', 'poddisruptionbudgets'];

const seeing = (...resources: readonly string[]) =>
  resources.flatMap((resource) => [`list ${resource}`, `watch ${resource}`]);
const watching = (...resources: readonly string[]) => resources.map((resource) => `watch ${resource}`);

const byCondition: readonly { readonly says: Named; readonly words?: string; readonly without: readonly string[] }[] = [
  {
    says: 'Accepted/PermissionMissing',
    without: [
      ...['get services', 'create services', 'patch services', 'delete services'],
      ...['get configmaps', 'create configmaps', 'patch configmaps'],
      ...['get secrets', 'create secrets', 'patch secrets'],
      'patch pods',
      ...listedFirst.map((resource) => `list ${resource}`),
      ...watching('liverooms', 'services', 'configmaps'),
    ],
  },
  {
    says: 'Accepted/Accepted',
    without: [
      ...['get networkpolicies', 'create networkpolicies', 'patch networkpolicies'],
      ...['get poddisruptionbudgets', 'create poddisruptionbudgets'],
      ...['patch poddisruptionbudgets', 'delete poddisruptionbudgets'],
      ...watching('networkpolicies', 'poddisruptionbudgets'),
      'create events',
    ],
  },
  { says: 'OriginReady/PermissionMissing', without: ['get pods', 'create pods', 'watch pods'] },
  { says: 'OriginReady/OriginReady', without: ['watch nodes'] },
  { says: 'OriginReady/AddressUnknown', words: 'may not list and watch nodes', without: ['list nodes'] },
  { says: 'Progressing/RolloutStuck', without: ['delete pods'] },
  {
    says: 'EndpointReady/PermissionMissing',
    without: [
      ...['get ingresses', 'create ingresses', 'patch ingresses', 'delete ingresses', 'watch ingresses'],
      ...['get httproutes', 'create httproutes', 'patch httproutes', 'delete httproutes'],
      ...seeing('httproutes'),
    ],
  },
  {
    says: 'MonitoringReady/PermissionMissing',
    without: [
      ...['get servicemonitors', 'create servicemonitors', 'patch servicemonitors'],
      ...['get prometheusrules', 'create prometheusrules', 'patch prometheusrules'],
      ...seeing('servicemonitors', 'prometheusrules', 'prometheuses', 'prometheusagents', 'thanosrulers', 'namespaces'),
    ],
  },
  { says: 'MonitoringReady/Disabled', without: ['delete servicemonitors', 'delete prometheusrules'] },
  { says: 'MonitoringReady/SelectionUnknown', without: seeing('customresourcedefinitions') },
];

/** By why no room says it. */
const byLog: Readonly<Record<string, readonly string[]>> = {
  'an operator that may not list rooms knows of none': ['list liverooms'],
  'it goes with the last room of its namespace': ['delete networkpolicies'],
  'a condition is said by this very permission': ['patch liverooms/status'],
};

/** What goes with its room. */
const byLogOrNobody = ['delete configmaps', 'delete secrets'];

const tellers: ReadonlyMap<string, Teller> = new Map([
  ...byCondition.flatMap(({ says, words, without }) => {
    const [type, reason = ''] = says.split('/') as [ConditionType, string];
    return without.map((grant): [string, Teller] => [grant, { type, reason, ...(words && { words }) }]);
  }),
  ...Object.values(byLog)
    .flat()
    .map((grant): [string, Teller] => [grant, 'log']),
  ...byLogOrNobody.map((grant): [string, Teller] => [grant, 'log, or nobody']),
]);

/** All permissions that somebody is to tell of, as `nameOfGrant` has them, each as often as it is in the table. */
export const toldOf: readonly string[] = [
  ...byCondition.flatMap(({ without }) => without),
  ...Object.values(byLog).flat(),
  ...byLogOrNobody,
];

/** Throws for a permission of which nobody is to tell. */
export function tellerOf(grant: Grant): Teller {
  const teller = tellers.get(nameOfGrant(grant));
  if (teller === undefined) throw new Error(`nobody is to tell of ${nameOfGrant(grant)}`);
  return teller;
}

export const nameOfTeller = (teller: Teller): string =>
  typeof teller === 'string' ? teller : `${teller.type} ${teller.reason}`;
