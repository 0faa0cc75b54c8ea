import { AsyncLocalStorage } from 'node:async_hooks';

/** Least to most talkative. */
export const levels = ['error', 'warn', 'info', 'debug'] as const;
export type Level = (typeof levels)[number];

export type LogFields = Readonly<Record<string, unknown>>;

export type Log = Readonly<Record<Level, (message: string, fields?: LogFields) => void>>;

export interface LogOptions {
  readonly level: Level;
  readonly write: (line: string) => void;
  readonly now: () => number;
}

/** A log of JSON lines; Error values are told by their message, and by their stack at level debug. */
export function jsonLog({ level: most, write, now }: LogOptions): Log {
  const told = (value: unknown) => (value instanceof Error ? (most === 'debug' ? value.stack : value.message) : value);
  const at = (level: Level): Log[Level] =>
    levels.indexOf(level) > levels.indexOf(most)
      ? () => {}
      : (message, fields = {}) => {
          const rest = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, told(value)]));
          write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...rest })}\n`);
        };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

/** A log whose lines say in which piece of work they were written, however deep in it. */
export interface ScopedLog extends Log {
  /** Runs such a piece of work; `fields` are on each of its lines. */
  within<T>(fields: LogFields, run: () => T): T;
}

export function scopedLog(log: Log): ScopedLog {
  const scope = new AsyncLocalStorage<LogFields>();
  const at =
    (level: Level): Log[Level] =>
    (message, fields) =>
      log[level](message, { ...scope.getStore(), ...fields });
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    within: (fields, run) => scope.run(fields, run),
  };
}
