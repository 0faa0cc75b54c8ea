import { type Bits, emptyBits, flag, skip, startAt, take } from './bits.ts';
import {
  chainRow,
  type DependencyStructure,
  emptyStructure,
  indicationRow,
  readStructure,
  templateIndex,
} from './dependency-structure.ts';

/** Where the frame's number stands in the extension, in two bytes: what a forwarder that changes source writes anew. */
export const frameNumberAt = 1;

/**
 * The dependency descriptor (RTP Payload Format For AV1, section A.4): a header extension that says what a frame depends on,
 * whatever the codec, so that layers can be left out of media that nobody but the viewers can read.
 *
 *   start, end, template (1 + 1 + 6 bits) │ frame number (16) │ and in some packets: flags, structure, active targets, and
 *   whatever of the template does not hold for this frame
 */
export interface DependencyDescriptor {
  /** The packet is the first, the last of its frame: of one spatial layer's picture. */
  startsFrame: boolean;
  endsFrame: boolean;
  templateId: number;
  /** In the order of decoding, modulo 65536. */
  frameNumber: number;
  /** The packet brings a structure: the first of a sequence, thus of a key frame. */
  hasStructure: boolean;
  /** A bit for each decode target that the publisher makes at present, the first being the lowest; -1: not said here. */
  activeTargets: number;
  /**
   * The rest is of the template, where the packet does not say otherwise. -1, and none of it holds, when the structure with
   * the template has not arrived.
   */
  spatialId: number;
  temporalId: number;
  /** Pixels; 0 where not told. */
  width: number;
  height: number;
  /** By decode target, as many as the structure has; see `indication`. */
  readonly indications: Uint8Array;
  /** By chain: how many frames back the chain's frame before lies, 0 where it begins. */
  readonly chainDifferences: Uint8Array;
}

export interface DependencyReader {
  /** That of the last packet that brought one; broken ones empty it. Packets should come here in their order. */
  readonly structure: DependencyStructure;
  /**
   * Reads the extension in `bytes` from `at` up to `end`: the same object every time, and nothing allocated. Undefined for what
   * is cut short or against the format.
   */
  read(bytes: Buffer, at: number, end: number): DependencyDescriptor | undefined;
}

/** For one source. Allocates 5 kB, once. */
export function dependencyReader(): DependencyReader {
  const structure = emptyStructure();
  const bits = emptyBits();
  const descriptor: DependencyDescriptor = {
    startsFrame: false,
    endsFrame: false,
    templateId: 0,
    frameNumber: 0,
    hasStructure: false,
    activeTargets: -1,
    spatialId: -1,
    temporalId: -1,
    width: 0,
    height: 0,
    indications: new Uint8Array(indicationRow),
    chainDifferences: new Uint8Array(chainRow),
  };
  return {
    structure,
    read(bytes, at, end) {
      const first = bytes[at] ?? 0;
      if (end - at < mandatoryLength || end > bytes.length) return undefined;
      descriptor.startsFrame = first >= 0x80;
      descriptor.endsFrame = (first & 0x40) !== 0;
      descriptor.templateId = first & 0x3f;
      descriptor.frameNumber = bytes.readUInt16BE(at + frameNumberAt);
      descriptor.hasStructure = false;
      descriptor.activeTargets = -1;
      if (end - at === mandatoryLength) {
        readTemplate(descriptor, structure);
        return descriptor;
      }
      startAt(bits, bytes, at + mandatoryLength, end);
      return readExtended(descriptor, structure, bits) ? descriptor : undefined;
    },
  };
}

const mandatoryLength = 3;

/** Everything that the template says. Without it what follows in the packet cannot be told apart. */
function readTemplate(into: DependencyDescriptor, structure: DependencyStructure): boolean {
  const index = templateIndex(structure, into.templateId);
  into.spatialId = index < 0 ? -1 : (structure.spatialIds[index] ?? 0);
  into.temporalId = index < 0 ? -1 : (structure.temporalIds[index] ?? 0);
  into.width = index < 0 ? 0 : (structure.widths[into.spatialId] ?? 0);
  into.height = index < 0 ? 0 : (structure.heights[into.spatialId] ?? 0);
  if (index < 0) return false;
  for (let target = 0; target < structure.targets; target++)
    into.indications[target] = structure.indications[index * indicationRow + target] ?? 0;
  for (let chain = 0; chain < structure.chains; chain++)
    into.chainDifferences[chain] = structure.chainDifferences[index * chainRow + chain] ?? 0;
  return true;
}

function readExtended(into: DependencyDescriptor, structure: DependencyStructure, bits: Bits): boolean {
  into.hasStructure = flag(bits);
  const hasActiveTargets = flag(bits);
  const hasIndications = flag(bits);
  const hasDifferences = flag(bits);
  const hasChains = flag(bits);
  if (into.hasStructure) {
    if (!readStructure(bits, structure)) return false;
    into.activeTargets = 2 ** structure.targets - 1;
  }
  if (!readTemplate(into, structure)) {
    // A structure that lacks its own frame's template is broken. Without one nobody can tell how long the fields are.
    if (into.hasStructure) structure.templates = 0;
    return !into.hasStructure;
  }
  if (hasActiveTargets) into.activeTargets = take(bits, structure.targets);
  if (hasIndications) for (let i = 0; i < structure.targets; i++) into.indications[i] = take(bits, 2);
  if (hasDifferences) skipDifferences(bits);
  if (hasChains) for (let i = 0; i < structure.chains; i++) into.chainDifferences[i] = take(bits, 8);
  return !bits.isExhausted;
}

/** Each behind its length in units of 4 bits. Which frames it refers to, who forwards can tell from chains and indications. */
function skipDifferences(bits: Bits): void {
  for (let size = take(bits, 2); size > 0; size = take(bits, 2)) skip(bits, 4 * size);
}
