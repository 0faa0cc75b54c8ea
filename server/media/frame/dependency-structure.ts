import { type Bits, below, flag, take } from './bits.ts';

/** An id has 6 bits; targets are counted in 5 bits; AV1 has 4 spatial and 8 temporal layers. */
const maxTemplates = 64;
const maxTargets = 32;
const maxSpatial = 4;
const maxTemporal = 8;
/** Of all templates together: more than an extension of 255 bytes has room for, each taking 5 bits. */
const maxDifferences = 512;

/**
 * What a publisher told once, so that each packet need only name a template (RTP Payload Format For AV1, section A.4): which
 * frames there are, by layer, and which of its decode targets (the streams one may cut out of the whole) need them.
 * Of each row of a table as many places count as there are targets or chains.
 */
export interface DependencyStructure {
  /** Id of the first template; ids count on from it modulo 64. */
  firstTemplate: number;
  /** 0: none is known. */
  templates: number;
  targets: number;
  chains: number;
  /** By template. */
  readonly spatialIds: Uint8Array;
  readonly temporalIds: Uint8Array;
  /** By template and target, see {@link indication}. */
  readonly indications: Uint8Array;
  /** How many frames back lie those that a frame refers to: of one template after another, and where each one's end. */
  readonly differences: Uint8Array;
  readonly differenceEnds: Uint16Array;
  /** By target: the chain whose frames it cannot do without. */
  readonly protectedBy: Uint8Array;
  /** By template and chain: how many frames back the chain's frame before lies, 0 where it begins. */
  readonly chainDifferences: Uint8Array;
  /** By target: its highest layers. */
  readonly targetSpatialIds: Uint8Array;
  readonly targetTemporalIds: Uint8Array;
  /** By spatial layer, in pixels; 0 where they are not told. */
  readonly widths: Uint32Array;
  readonly heights: Uint32Array;
}

/** What a frame is to a decode target (table A.1). */
export const indication = { notPresent: 0, discardable: 1, switchPoint: 2, required: 3 } as const;

/** Its rows begin here in `indications` and `chainDifferences`, times the template's index. */
export const indicationRow = maxTargets;
export const chainRow = maxTargets;

export const emptyStructure = (): DependencyStructure => ({
  firstTemplate: 0,
  templates: 0,
  targets: 0,
  chains: 0,
  spatialIds: new Uint8Array(maxTemplates),
  temporalIds: new Uint8Array(maxTemplates),
  indications: new Uint8Array(maxTemplates * indicationRow),
  differences: new Uint8Array(maxDifferences),
  differenceEnds: new Uint16Array(maxTemplates),
  protectedBy: new Uint8Array(maxTargets),
  chainDifferences: new Uint8Array(maxTemplates * chainRow),
  targetSpatialIds: new Uint8Array(maxTargets),
  targetTemporalIds: new Uint8Array(maxTargets),
  widths: new Uint32Array(maxSpatial),
  heights: new Uint32Array(maxSpatial),
});

/** Place of a template in the tables; -1 for one that the structure does not have. */
export function templateIndex({ firstTemplate, templates }: DependencyStructure, id: number): number {
  const index = (id - firstTemplate + maxTemplates) % maxTemplates;
  return index < templates ? index : -1;
}

/** Reads `template_dependency_structure()`. False, and the structure is empty, when it is broken or cut short. */
export function readStructure(bits: Bits, into: DependencyStructure): boolean {
  into.templates = 0;
  into.firstTemplate = take(bits, 6);
  into.targets = take(bits, 5) + 1;
  const templates = readLayers(bits, into);
  if (templates === 0) return false;
  for (let template = 0; template < templates; template++)
    for (let target = 0; target < into.targets; target++)
      into.indications[template * indicationRow + target] = take(bits, 2);
  if (!readDifferences(bits, into, templates)) return false;
  readChains(bits, into, templates);
  readSizes(bits, into, (into.spatialIds[templates - 1] ?? 0) + 1);
  if (bits.isExhausted) return false;
  findTargetLayers(into, templates);
  into.templates = templates;
  return true;
}

/** Templates go from the lowest layer up; of each is told whether the next is of the same, or the last. */
function readLayers(bits: Bits, { spatialIds, temporalIds }: DependencyStructure): number {
  let spatial = 0;
  let temporal = 0;
  for (let template = 0; template < maxTemplates; template++) {
    spatialIds[template] = spatial;
    temporalIds[template] = temporal;
    const next = take(bits, 2);
    if (next === 3) return template + 1;
    if (next === 1) temporal += 1;
    if (next === 2) {
      temporal = 0;
      spatial += 1;
    }
    if (bits.isExhausted || temporal >= maxTemporal || spatial >= maxSpatial) return 0;
  }
  return 0;
}

function readDifferences(bits: Bits, into: DependencyStructure, templates: number): boolean {
  let count = 0;
  for (let template = 0; template < templates; template++) {
    while (flag(bits)) {
      if (count === maxDifferences) return false;
      into.differences[count++] = take(bits, 4) + 1;
    }
    into.differenceEnds[template] = count;
  }
  return true;
}

function readChains(bits: Bits, into: DependencyStructure, templates: number): void {
  into.chains = below(bits, into.targets + 1);
  if (into.chains === 0) return;
  for (let target = 0; target < into.targets; target++) into.protectedBy[target] = below(bits, into.chains);
  for (let template = 0; template < templates; template++)
    for (let chain = 0; chain < into.chains; chain++)
      into.chainDifferences[template * chainRow + chain] = take(bits, 4);
}

function readSizes(bits: Bits, { widths, heights }: DependencyStructure, layers: number): void {
  widths.fill(0);
  heights.fill(0);
  if (!flag(bits)) return;
  for (let spatial = 0; spatial < layers; spatial++) {
    widths[spatial] = take(bits, 16) + 1;
    heights[spatial] = take(bits, 16) + 1;
  }
}

/** A target has the layers of all templates that are present in it. */
function findTargetLayers(of: DependencyStructure, templates: number): void {
  of.targetSpatialIds.fill(0);
  of.targetTemporalIds.fill(0);
  for (let template = 0; template < templates; template++)
    for (let target = 0; target < of.targets; target++) {
      if (of.indications[template * indicationRow + target] === indication.notPresent) continue;
      of.targetSpatialIds[target] = Math.max(of.targetSpatialIds[target] ?? 0, of.spatialIds[template] ?? 0);
      of.targetTemporalIds[target] = Math.max(of.targetTemporalIds[target] ?? 0, of.temporalIds[template] ?? 0);
    }
}
