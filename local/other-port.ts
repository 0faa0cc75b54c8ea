import type { PortInUse } from './sockets.ts';
import { givenOptions, type StartOptions } from './start-options.ts';

/** What to do about a port that somebody else has: `args` with another one instead. */
export function otherPort(
  { message, port }: PortInUse,
  { httpPort, apiPort, monitoringPort }: StartOptions,
  args: readonly string[],
): string {
  const flags = new Map([
    [monitoringPort, 'prometheus-port'],
    [apiPort, 'api-port'],
  ]);
  const flag = flags.get(port) ?? 'http-port';
  const other = freePort(port, [httpPort, apiPort, monitoringPort]);
  return `${message}. Free it, or choose another: npm start -- ${withOption(args, flag, String(other)).map(quoted).join(' ')}`;
}

/** The next one that is not asked for already; behind the last one 0, which takes any. */
function freePort(port: number, asked: readonly (number | undefined)[]): number {
  if (port >= 65_535) return 0;
  return asked.includes(port + 1) ? freePort(port + 1, asked) : port + 1;
}

/** The same arguments with one option changed where it stands, or added. */
function withOption(args: readonly string[], name: string, value: string): readonly string[] {
  // The last one counts.
  const given = givenOptions(args).findLast((option) => option.name === name);
  if (given === undefined) return [...args, `--${name}`, value];
  return given.inlineValue ? args.with(given.index, `--${name}=${value}`) : args.with(given.index + 1, value);
}

/** As a shell reads it. */
const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
