/** What is checked of a server pod. */
import type { CheckName } from '#crds/pod-metrics.ts';
import type { Check, Probe } from './checkup.ts';

/** Where the checks look. */
export interface Looked {
  /** Time since the main thread's heart beat. */
  heartAgeMs(): number;
  /** Resolves when the media thread has turned its loop; rejects when it has ended. */
  pingMedia(): Promise<void>;
  /** Whether the UDP port of all clients is bound. */
  hasMediaPort(): boolean;
  /** Whether clients can be told where media goes. */
  hasMediaAddress(): boolean;
  memory(): { readonly usedBytes: number; readonly limitBytes: number };
  /** The longest that a turn of the main loop was late in the last seconds. */
  lagSeconds(): number;
}

/** Of the limit: from here on the kernel may end the pod at any time. */
const mostMemory = 0.9;
/** A join takes some 20 ms; whoever waits so long for an answer notices. */
const mostLagSeconds = 0.5;
/** Ten missed beats. */
const mostHeartAgeMs = 10_000;

/** Nobody answers a probe before the settings are loaded, so they are none of the checks. */
export function podChecks(at: Looked): readonly Check<CheckName>[] {
  const ping = oneAtATime(at.pingMedia);
  return [
    critical('main_loop', 'live', async () => heartFault(at.heartAgeMs())),
    critical('media_loop', 'live', () => ping().then(() => undefined)),
    minor('memory', () => memoryFault(at.memory())),
    minor('event_loop_lag', () => lagFault(at.lagSeconds())),
    critical('udp_port', 'ready', async () => (at.hasMediaPort() ? undefined : 'the UDP port is gone')),
    critical('media_address', 'ready', async () =>
      at.hasMediaAddress() ? undefined : 'the media address is not known yet',
    ),
  ];
}

const critical = (name: CheckName, probe: Probe, look: Check['look']): Check<CheckName> => ({
  name,
  probe,
  isCritical: true,
  look,
});

/** Worth knowing, but no restart would help. */
const minor = (name: CheckName, fault: () => string | undefined): Check<CheckName> => ({
  name,
  probe: 'live',
  isCritical: false,
  look: async () => fault(),
});

const heartFault = (ageMs: number) =>
  ageMs < mostHeartAgeMs ? undefined : `the main loop has not turned for ${inSeconds(ageMs / 1000)}`;

function memoryFault({ usedBytes, limitBytes }: ReturnType<Looked['memory']>): string | undefined {
  if (usedBytes < mostMemory * limitBytes) return undefined;
  return `${inMebibytes(usedBytes)} of ${inMebibytes(limitBytes)} are used`;
}

const lagFault = (seconds: number) =>
  seconds < mostLagSeconds ? undefined : `a turn of the main loop was ${inSeconds(seconds)} late`;

const inSeconds = (seconds: number) => `${seconds.toFixed(1)} s`;
const inMebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;

/** A thread that hangs is asked once, and not again for each probe. */
function oneAtATime<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    return asked;
  };
}
