import type { Buffer } from 'node:buffer';

/** A reader of what a network brings, and what fuzzing is to start from. */
export interface Target<Input extends Buffer | string> {
  readonly name: string;
  readonly corpus: readonly Input[];
  /** Longer messages do not reach it. */
  readonly most: number;
  /** How many numbers, letters and bytes its answers have, whatever it read. */
  readonly keeps?: number;
  /**
   * Makes a function that reads one message after the other, and returns all that it understood; undefined when it refused
   * the message. Throws only for what a reader must not do.
   */
  readonly open: () => (input: Input) => unknown;
}
