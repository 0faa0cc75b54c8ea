/** Lines of JSON. Never a token, an ICE password or a whole session id, and never one a packet. */

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export type Log = Readonly<Record<LogLevel, (message: string, fields?: Readonly<Record<string, unknown>>) => void>>;

/** A logger that writes what is at or above `level`, one line each, to `write`. */
export function jsonLog(level: LogLevel, write: (line: string) => void, now: () => Date): Log {
  const at = (name: LogLevel) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    if (logLevels.indexOf(name) < logLevels.indexOf(level)) return;
    write(`${JSON.stringify({ time: now().toISOString(), level: name, message, ...fields })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** An error as a field of a line: with its stack, where it has one. */
export const stackOf = (error: unknown): string => String(error instanceof Error ? error.stack : error);

/** Enough of a session's id to follow it through the log, too little to end it. */
export const shortId = (session: string) => session.slice(0, 6);
