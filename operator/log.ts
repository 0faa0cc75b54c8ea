/** Least to most talkative. */
export const levels = ['error', 'warn', 'info', 'debug'] as const;
export type Level = (typeof levels)[number];

export type Log = Readonly<Record<Level, (message: string, fields?: Readonly<Record<string, unknown>>) => void>>;

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
