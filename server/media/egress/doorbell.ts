/** How one thread wakes another that has no event to wait for, and says that it has sent it a message. */
export interface Doorbell {
  readonly shared: SharedArrayBuffer;
  /** Wakes the other, or keeps it from falling asleep. Costs a call of the kernel's only if it sleeps. */
  ring(): void;
  /** To be called after a message was sent, and rings. */
  ringForMessage(): void;
  /** How often it was rung. To be asked before looking whether there is something to do. */
  rings(): number;
  /** How many messages were sent. What else was handed over before this number came after them. */
  messages(): number;
  /** Sleeps until somebody rings, unless somebody has since `rings`. */
  sleep(rings: number, ms: number): void;
}

const at = { rings: 0, messages: 1, isAsleep: 2, words: 3 } as const;

/** One end, or the other end of one. */
export function doorbell(shared = new SharedArrayBuffer(at.words * Int32Array.BYTES_PER_ELEMENT)): Doorbell {
  const words = new Int32Array(shared);
  const ring = (): void => {
    Atomics.add(words, at.rings, 1);
    if (Atomics.load(words, at.isAsleep) !== 0) Atomics.notify(words, at.rings);
  };
  return {
    shared,
    ring,
    ringForMessage() {
      Atomics.add(words, at.messages, 1);
      ring();
    },
    rings: () => Atomics.load(words, at.rings),
    messages: () => Atomics.load(words, at.messages),
    sleep(rings, ms) {
      Atomics.store(words, at.isAsleep, 1);
      Atomics.wait(words, at.rings, rings, ms);
      Atomics.store(words, at.isAsleep, 0);
    },
  };
}
