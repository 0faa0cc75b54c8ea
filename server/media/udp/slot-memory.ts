/**
 * Where packets are sealed and lie until they are sent: one block, which V8 does not move.
 *
 *   | slot 0:  header, right-aligned | payload, encrypted in place | tag | slot 1: … |
 */
import type * as Ffi from 'node:ffi';
import { tagLength } from '../srtp/openssl.ts';

/** Those for what is to be sent. One more, behind them, is for what is sealed in between. */
export const slots = 1024;
export const maxHeader = 128;
export const maxPayload = 2032;
export const slotSize = maxHeader + maxPayload + tagLength;

export interface SlotMemory {
  readonly memory: Buffer;
  readonly address: number;
  /** That far into a slot. Made once, as numbers of that kind are objects. */
  pointerTo(slot: number, offset: number): bigint;
}

export function slotMemory(ffi: typeof Ffi): SlotMemory {
  const memory = Buffer.allocUnsafeSlow((slots + 1) * slotSize);
  const start = ffi.getRawPointer(memory);
  const made: (readonly bigint[] | undefined)[] = [];
  return {
    memory,
    address: Number(start),
    pointerTo(slot, offset) {
      const pointers =
        made[offset] ?? Array.from({ length: slots + 1 }, (_, i) => start + BigInt(i * slotSize + offset));
      made[offset] = pointers;
      return pointers[slot] ?? 0n;
    },
  };
}
