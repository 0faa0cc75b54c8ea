/** What a user sees of long work: a bar on a terminal, a line now and then anywhere else. */

export interface Progress {
  /** One line that stays. */
  say(text: string): void;
  /** Work whose end is in sight. One at a time. */
  task(label: string, expectedMs?: number): Task;
}

export interface Task {
  /** From 0 to 1. */
  update(fraction: number): void;
  /** Takes the bar away. */
  end(): void;
}

/**
 * Waits for work whose end cannot be seen, and shows it by the time that it takes as a rule: it is never said to be done before
 * it is.
 */
export async function waiting<T>(
  { say, task }: Progress,
  label: string,
  usualMs: number,
  work: () => Promise<T>,
): Promise<T> {
  say(`  ${label}: some ${spoken(usualMs)}.`);
  const shown = task(label, usualMs);
  const startedAt = performance.now();
  const timer = setInterval(() => shown.update(Math.min((performance.now() - startedAt) / usualMs, mostSeen)), 250);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    shown.end();
  }
}

const mostSeen = 0.95;

export interface ProgressOptions {
  readonly write: (text: string) => void;
  /** Width of the terminal; undefined if it is none. Some say 0. */
  readonly columns: number | undefined;
  readonly now: () => number;
}

/** Without a terminal a line says how far it is, at most this often. */
const lineEveryMs = 15_000;
const redrawEveryMs = 100;
/** With fewer columns there is no room for a bar. */
const fewestColumns = 20;

export function progress({ write, columns: width, now }: ProgressOptions): Progress {
  const columns = width !== undefined && width >= fewestColumns ? width : undefined;
  return {
    say: (text) => write(`${text}\n`),
    task(label, expectedMs) {
      const startedAt = now();
      let shownAt = columns === undefined ? startedAt : Number.NEGATIVE_INFINITY;
      return {
        update(told) {
          const at = now();
          const fraction = Math.min(Math.max(told || 0, 0), 1);
          if (at - shownAt < (columns === undefined ? lineEveryMs : redrawEveryMs)) return;
          shownAt = at;
          const rest = remaining(fraction, at - startedAt, expectedMs);
          write(
            columns === undefined ? `  ${line(label, fraction, rest)}\n` : `\r${bar(label, fraction, rest, columns)}`,
          );
        },
        end: () => columns !== undefined && write(`\r${' '.repeat(columns - 1)}\r`),
      };
    },
  };
}

/**
 * Milliseconds that are left. The first part of a work says little about the rest (Go's first packages are small, a
 * connection starts slowly), so that the expectation counts until it has been measured.
 */
export function remaining(fraction: number, elapsedMs: number, expectedMs?: number): number | undefined {
  const measured = fraction > 0 ? (elapsedMs * (1 - fraction)) / fraction : undefined;
  if (expectedMs === undefined) return measured;
  if (measured === undefined) return expectedMs;
  return measured * fraction + Math.max(expectedMs - elapsedMs, 0) * (1 - fraction);
}

/** A duration as people say it: `40 s`, `3 min`. */
export function spoken(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${Math.max(seconds, 1)} s`;
  return `${Math.round(seconds / 60)} min`;
}

const percent = (fraction: number) => `${Math.floor(fraction * 100)} %`;

const left = (ms: number | undefined) => (ms === undefined ? '' : `, about ${spoken(ms)} left`);

const line = (label: string, fraction: number, rest: number | undefined) =>
  `${label}: ${percent(fraction)}${left(rest)}`;

function bar(label: string, fraction: number, rest: number | undefined, columns: number): string {
  const text = `${percent(fraction)}${left(rest)}`.padEnd(26);
  const width = Math.min(30, columns - label.length - text.length - 8);
  const filled = Math.round(Math.max(width, 0) * fraction);
  const drawn = width < 5 ? '' : `[${'#'.repeat(filled)}${' '.repeat(width - filled)}] `;
  return `  ${label} ${drawn}${text}`.slice(0, columns - 1);
}

/** For a process' own output. */
export const terminalProgress = (stream: NodeJS.WriteStream) =>
  progress({
    write: (text) => void stream.write(text),
    columns: stream.isTTY ? stream.columns : undefined,
    now: Date.now,
  });
