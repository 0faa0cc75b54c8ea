import type { Phase } from './phase.ts';
import type { Shares } from './profile.ts';

/** A run of the operator's measurements, as it is stored beside the page that is made of it. */
export interface Run {
  /** Of the operator that was measured; unknown outside of a git work tree. */
  readonly commit?: string;
  readonly node: string;
  /** With which the operator ran. */
  readonly nodeOptions?: readonly string[];
  readonly cpus: string;
  readonly cores: number;
  /** What was to be measured: with how many rooms, and whether its CPU is looked into, too. */
  readonly steps: readonly number[];
  readonly isProfiled: boolean;
  readonly phases: readonly Phase[];
  /** From runs of their own. */
  readonly profiles: readonly Profile[];
}

/** Where the CPU of the operator went in one measurement. */
export interface Profile extends Shares {
  readonly phase: Phase['phase'];
  readonly rooms: number;
}
