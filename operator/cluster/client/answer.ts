import type { Dispatcher } from 'undici';
import type { RequestOptions } from './client.ts';

export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/**
 * The answer to a question, whole. Rejects with undici's error, or with the signal's reason as soon as it is aborted: undici
 * itself looks at nothing while it has no connection. Its `request` makes a stream of each answer, which costs more than
 * putting together the one or two chunks that most come in.
 */
export function answerTo(
  question: Dispatcher.DispatchOptions,
  connection: Pick<Dispatcher, 'dispatch'>,
  { signal, onStatus, beforeSent }: Pick<RequestOptions, 'signal' | 'onStatus' | 'beforeSent'>,
): Promise<Answer> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const chunks: Buffer[] = [];
  let begun: Omit<Answer, 'text'> = { statusCode: 0, headers: {} };
  let sent: Dispatcher.DispatchController | undefined;
  const end = () => signal?.removeEventListener('abort', giveUp);
  function giveUp(): void {
    end();
    reject(signal?.reason);
    sent?.abort(signal?.reason);
  }
  signal?.addEventListener('abort', giveUp);
  connection.dispatch(question, {
    onRequestStart(controller) {
      // Not for the first time, if the connection before was closed by a server that had not looked at it.
      sent = controller;
      if (signal?.aborted) giveUp();
      else beforeSent?.();
    },
    onResponseStart(_controller, statusCode, headers) {
      begun = { statusCode, headers };
      // Others only say that one is to come.
      if (statusCode >= 200) onStatus?.(statusCode);
    },
    onResponseData: (_controller, chunk) => void chunks.push(chunk),
    onResponseEnd() {
      end();
      resolve({ ...begun, text: Buffer.concat(chunks).toString() });
    },
    onResponseError(_controller, error) {
      end();
      reject(error);
    },
  });
  return promise;
}
