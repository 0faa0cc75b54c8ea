/** The part of OpenAPI v3 that our schemas use, as far as types can be inferred from it. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly 'x-kubernetes-int-or-string'?: true;
  /** Our own: the default is filled in by the operator, behind those of its configuration, and not by the API server. */
  readonly clusterMayDefault?: true;
  /** Our own: groups of fields. A value has fields of one of them at most; the API server knows it as a rule. */
  readonly alternatives?: readonly (readonly string[])[];
  /** Our own: bounds of a duration, both included. The API server knows them as a rule. */
  readonly between?: readonly [string, string];
  /** Our own: an item that means nothing without another. The API server knows it as a rule. */
  readonly needs?: readonly [item: string, other: string];
  /** Our own: its parts are those of Kubernetes' pods, and told there. */
  readonly likePods?: true;
  readonly [keyword: string]: unknown;
}

/** Fields that are always there when the API server has stored the object: required ones, and those with a default. */
type Present<S extends Schema> = {
  [K in keyof S['properties']]: K extends (S['required'] extends readonly (infer R)[] ? R : never)
    ? K
    : S['properties'][K] extends { default: unknown }
      ? K
      : never;
}[keyof S['properties']];

type Fields<S extends Schema, P extends NonNullable<S['properties']>> = {
  readonly [K in Present<S> & keyof P]: Static<P[K]>;
} & { readonly [K in Exclude<keyof P, Present<S>>]?: Static<P[K]> };

/** The type of a value that the API server has accepted under schema `S`. */
export type Static<S extends Schema> = S extends { enum: readonly (infer E)[] }
  ? E
  : S extends { 'x-kubernetes-int-or-string': true }
    ? number | string
    : S extends { properties: infer P extends NonNullable<Schema['properties']> }
      ? Fields<S, P>
      : S extends { additionalProperties: infer V extends Schema }
        ? Readonly<Record<string, Static<V>>>
        : S extends { items: infer I extends Schema }
          ? readonly Static<I>[]
          : { string: string; integer: number; boolean: boolean; object: object; array: unknown[] }[NonNullable<
              S['type']
            >];
