/** An egress thread, as ingress holds it. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { bundles } from '../bundles.ts';
import type { ViewersAsked, ViewersSeen } from '../down/viewer-figures.ts';
import { deliver, type Question } from '../messages.ts';
import { questions } from '../questions.ts';
import type { Bound } from '../udp/descriptor.ts';
import { doorbell } from './doorbell.ts';
import type { EgressEvents, EgressLink } from './egress.ts';
import type { EgressOptions, EgressSnapshot, FromEgress, ToEgress } from './egress-messages.ts';
import { journal } from './journal.ts';
import { mailbox } from './mailbox.ts';
import { type Share, share } from './share.ts';
import { sharedClockMs } from './shared-clock.ts';

export interface EgressThread {
  readonly share: Share;
  /** Sends what it was told. */
  handOver(): void;
  snapshot(): Promise<EgressSnapshot>;
  viewers(asked: ViewersAsked): Promise<ViewersSeen>;
  /** Resolves when it has turned once. */
  ping(): Promise<void>;
  /** Resolves when it has ended: from then on nobody but its own thread uses the socket. */
  close(): Promise<void>;
}

/** `onFailure` is told when it ends by itself: its subscribers can then be sent nothing any more. */
export function startEgress(
  sockets: readonly Bound[],
  nowMs: () => number,
  events: EgressEvents,
  onFailure: (error: Error) => void,
): EgressThread {
  const bell = doorbell();
  const packets = journal();
  const letters = mailbox();
  const worker = new Worker(new URL('./egress-worker.ts', import.meta.url), {
    workerData: {
      sockets,
      doorbell: bell.shared,
      journal: packets.shared,
      mailbox: letters.shared,
      clockOffsetMs: nowMs() - sharedClockMs(),
    } satisfies EgressOptions,
    name: 'media egress',
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const outgoing = bundles<ToEgress>((together) => {
    worker.postMessage(together);
    bell.ringForMessage();
  });
  const waiting = questions<Question>(outgoing.add);
  let isClosing = false;
  const fail = (error: Error): void => {
    waiting.fail(error);
    if (!isClosing) onFailure(error);
    isClosing = true;
  };
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => fail(new Error(`a media thread ended with code ${code}`)));
  worker.on('message', (message: FromEgress) => {
    if (Array.isArray(message)) deliver(events, message);
    else waiting.answer(message.answerTo, message.snapshot ?? message.viewers);
  });
  const link: EgressLink = {
    tell: (...call) => outgoing.add(call),
    // In order with what was told.
    packet(...entry) {
      outgoing.send();
      const isWritten = packets.write(...entry);
      bell.ring();
      return isWritten;
    },
    mail(viewer, datagram) {
      outgoing.send();
      const isPosted = letters.post(viewer, datagram);
      bell.ring();
      return isPosted;
    },
  };
  return {
    share: share(link),
    handOver: outgoing.send,
    snapshot: async () => (await waiting.ask('snapshot')) as EgressSnapshot,
    viewers: async (asked) => (await waiting.ask(asked)) as ViewersSeen,
    ping: async () => void (await waiting.ask('ping')),
    async close() {
      if (isClosing) return;
      isClosing = true;
      const exited = once(worker, 'exit');
      outgoing.add({ ask: 'close' });
      outgoing.send();
      await exited;
    },
  };
}
