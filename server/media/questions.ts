/** Questions to another thread that wait for their answers, by number. */
export interface Questions<Q> {
  ask(what: Q): Promise<unknown>;
  answer(id: number, value: unknown): void;
  /** Whoever waits, or asks from now on, is told. */
  fail(error: Error): void;
}

export function questions<Q>(tell: (question: { readonly ask: Q; readonly id: number }) => void): Questions<Q> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let next = 0;
  let failure: Error | undefined;
  return {
    ask(what) {
      if (failure !== undefined) return Promise.reject(failure);
      const question = Promise.withResolvers<unknown>();
      waiting.set(next, question);
      tell({ ask: what, id: next++ });
      return question.promise;
    },
    answer(id, value) {
      waiting.get(id)?.resolve(value);
      waiting.delete(id);
    },
    fail(error) {
      failure = error;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}
