/** What was measured of the SFU, part by part, as it is stored beside the page that is made of it. */
import type { Figure } from '../figure.ts';
import type { Load, Machine } from '../machine.ts';

export const partNames = ['forwarding', 'features', 'cores', 'joins', 'memory', 'lossy', 'attack'] as const;
export type PartName = (typeof partNames)[number];

/** A part may have been measured by itself, on another day than the others. */
export interface Part {
  /** Of what was measured; unknown outside of a git work tree. */
  readonly commit?: string;
  readonly machine: Machine;
  readonly load: Load;
  readonly figures: readonly Figure[];
}

export type Numbers = Readonly<Partial<Record<PartName, Part>>>;
