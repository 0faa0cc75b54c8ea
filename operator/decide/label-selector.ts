import type { LabelSelector } from '../kube.ts';

type Labels = Readonly<Record<string, string>>;

/** What a selector asks for and an object lacks. */
export interface Unmet {
  readonly key: string;
  /** The label that would meet it, where that is one and no more. */
  readonly wanted?: string;
  /** In words: `label release=kps`. */
  readonly text: string;
}

/** What keeps these labels from being selected; nothing, if they are. */
export const unmet = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): readonly Unmet[] => [
  ...Object.entries(matchLabels)
    .filter(([key, value]) => labels[key] !== value)
    .map(([key, value]) => ({ key, wanted: value, text: `label ${key}=${value}` })),
  ...matchExpressions.flatMap(({ key, operator, values = [] }) => {
    const text = lacking(labels[key], key, operator, values);
    return text === undefined ? [] : [{ key, text }];
  }),
];

function lacking(value: string | undefined, key: string, operator: string, values: readonly string[]) {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value) ? undefined : `label ${oneOf(key, values)}`;
    case 'NotIn':
      return value === undefined || !values.includes(value) ? undefined : `no label ${key}=${value}`;
    case 'Exists':
      return value === undefined ? `a label ${key}` : undefined;
    case 'DoesNotExist':
      return value === undefined ? undefined : `no label ${key}`;
    default:
      return `something of label ${key} that this operator does not know (${operator})`;
  }
}

const oneOf = (key: string, values: readonly string[]) => values.map((value) => `${key}=${value}`).join(' or ');
