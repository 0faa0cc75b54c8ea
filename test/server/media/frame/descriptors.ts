/** Dependency descriptors made by hand (RTP Payload Format For AV1, section A.4). */
import { bitWriter } from './bit-writer.ts';

export interface Template {
  readonly spatial: number;
  readonly temporal: number;
  /** By target. */
  readonly indications: readonly number[];
  readonly differences: readonly number[];
  /** By chain. */
  readonly chains: readonly number[];
}

export interface Structure {
  readonly firstTemplate: number;
  readonly targets: number;
  readonly templates: readonly Template[];
  /** By target; empty: no chains. */
  readonly protectedBy: readonly number[];
  readonly chains: number;
  /** By spatial layer; empty: not told. */
  readonly sizes: readonly (readonly [number, number])[];
}

export interface Descriptor {
  readonly start?: boolean;
  readonly end?: boolean;
  readonly template: number;
  readonly frame: number;
  readonly structure?: Structure;
  readonly active?: { readonly mask: number; readonly targets: number };
  readonly indications?: readonly number[];
  readonly differences?: readonly number[];
  readonly chains?: readonly number[];
}

export function descriptor(of: Descriptor): Buffer {
  const bits = bitWriter()
    .flag(of.start ?? true)
    .flag(of.end ?? true)
    .put(of.template, 6)
    .put(of.frame, 16);
  const { structure, active, indications, differences, chains } = of;
  const extended = [structure, active, indications, differences, chains];
  if (extended.every((field) => field === undefined)) return bits.bytes();
  for (const field of extended) bits.flag(field !== undefined);
  if (structure !== undefined) putStructure(bits, structure);
  if (active !== undefined) bits.put(active.mask, active.targets);
  for (const indication of indications ?? []) bits.put(indication, 2);
  for (const difference of differences ?? []) {
    const size = difference <= 16 ? 1 : difference <= 256 ? 2 : 3;
    bits.put(size, 2).put(difference - 1, 4 * size);
  }
  if (differences !== undefined) bits.put(0, 2);
  for (const difference of chains ?? []) bits.put(difference, 8);
  return bits.bytes();
}

function putStructure(bits: ReturnType<typeof bitWriter>, of: Structure): void {
  bits.put(of.firstTemplate, 6).put(of.targets - 1, 5);
  for (const [i, { spatial, temporal }] of of.templates.entries()) {
    const next = of.templates[i + 1];
    if (next === undefined) bits.put(3, 2);
    else bits.put(next.spatial > spatial ? 2 : next.temporal > temporal ? 1 : 0, 2);
  }
  for (const { indications } of of.templates) for (const indication of indications) bits.put(indication, 2);
  for (const { differences } of of.templates) {
    for (const difference of differences) bits.flag(true).put(difference - 1, 4);
    bits.flag(false);
  }
  bits.below(of.chains, of.targets + 1);
  if (of.chains > 0) {
    for (const chain of of.protectedBy) bits.below(chain, of.chains);
    for (const { chains } of of.templates) for (const difference of chains) bits.put(difference, 4);
  }
  bits.flag(of.sizes.length > 0);
  for (const [width, height] of of.sizes) bits.put(width - 1, 16).put(height - 1, 16);
}
