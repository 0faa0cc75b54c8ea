/** Lines of JSON. Never a token, an ICE password or a whole session id, and never one a packet. */

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export type Log = Readonly<Record<LogLevel, (message: string, fields?: Readonly<Record<string, unknown>>) => void>>;

/**
 * Times as ISO 8601 has them, of milliseconds since 1970. Lines come several in a second, of which only the milliseconds
 * are made anew: the system's way takes as long as to make JSON of the rest.
 */
export function isoTimes(): (ms: number) => string {
  let ofSecond = Number.NaN;
  let text = '';
  return (ms) => {
    const second = Math.floor(ms / 1000);
    if (second !== ofSecond) text = new Date(second * 1000).toISOString().slice(0, -4);
    ofSecond = second;
    return `${text}${String(Math.floor(ms - second * 1000)).padStart(3, '0')}Z`;
  };
}

/** A logger that writes what is at or above `level`, one line each, to `write`. */
export function jsonLog(level: LogLevel, write: (line: string) => void, now: () => Date): Log {
  const timeOf = isoTimes();
  const at = (name: LogLevel) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    if (logLevels.indexOf(name) < logLevels.indexOf(level)) return;
    write(`${JSON.stringify({ time: timeOf(now().getTime()), level: name, message, ...fields })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** An error as a field of a line: with its stack, where it has one. */
export const stackOf = (error: unknown): string => String(error instanceof Error ? error.stack : error);

/** Enough of a session's id to follow it through the log, too little to end it. */
export const shortId = (session: string) => session.slice(0, 6);
