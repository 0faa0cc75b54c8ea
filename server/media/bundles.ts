/**
 * Messages to another thread, as many together as come together. What costs is to wake it, and to write to it each time;
 * where a crowd comes in, one message brings what was to be said of ten of them.
 */
export interface Bundles<M> {
  /**
   * Sends it with those before and behind it, at the latest when this thread's loop turns. Plain data: what cannot be cloned,
   * such as a function, would throw only then, where nobody catches it, and end the process.
   */
  add(message: M): void;
  /** Sends what there is. To be called before the thread sleeps elsewhere than in its loop. */
  send(): void;
}

/** The first should not wait for the last of a crowd. */
const mostTogether = 16;

/** `post` is given messages in their order, one at least. They are not to change after `add`. */
export function bundles<M>(post: (messages: readonly M[]) => void): Bundles<M> {
  let waiting: M[] = [];
  let isTurnAwaited = false;
  const send = (): void => {
    if (waiting.length === 0) return;
    const messages = waiting;
    waiting = [];
    post(messages);
  };
  const onTurn = (): void => {
    isTurnAwaited = false;
    send();
  };
  return {
    send,
    add(message) {
      waiting.push(message);
      if (waiting.length === mostTogether) send();
      if (isTurnAwaited) return;
      isTurnAwaited = true;
      process.nextTick(onTurn);
    },
  };
}
