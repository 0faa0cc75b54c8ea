/** The names that stand in the text of a row: what the page sets as code, and what is looked up in the tree. */

const patterns = {
  metric:
    /\b(?:live|liveroom_operator|process|nodejs|controller_runtime|workqueue|rest_client|leader_election)_[a-z0-9_]+\b/,
  alert: /\bLive(?!Rooms?\b|Kit\b)[A-Z]\w+/,
  span: /\b(?:whip|whep|room)\.[a-z]+\b/,
  field: /\bspec\.[a-z]\w*(?:\.\w+)*/,
  path: /(?<![\w/.])\/[a-z]+(?:[/?=][\w{}-]+)*/,
  file: /\b(?:docs|charts)\/[\w./-]+\w/,
  /** Names of others, and variables of the environment. */
  other: /\b[A-Za-z]\w*(?:_\w+)+\b|\b[A-Z]{2,}_[A-Z0-9_]+\b/,
} as const;

type Kind = keyof typeof patterns;

const named = new RegExp(
  Object.entries(patterns)
    .map(([kind, { source }]) => `(?<${kind}>${source})`)
    .join('|'),
  'g',
);

/** The names of one kind in a text, in their order. */
export const namesIn = (text: string, kind: Kind): readonly string[] =>
  text
    .matchAll(named)
    .map(({ groups }) => groups?.[kind])
    .filter((name) => name !== undefined)
    .toArray();

/** The text for a page in docs/reference: names set as code, alerts and pages as links. */
export const marked = (text: string) =>
  text.replace(named, (name, ...rest) => {
    const { alert, file } = rest.at(-1) as Readonly<Record<Kind, string | undefined>>;
    if (alert) return `[\`${name}\`](../runbooks/${name}.md)`;
    return file ? `[${name}](../../${name})` : `\`${name}\``;
  });
