import { givenOptions } from './start-options.ts';

/**
 * What a second `npm start` of a checkout says: where the first one runs, what of its own arguments has no effect, and what
 * the first one tells.
 */
export function alreadyRunning(root: string, args: readonly string[], summary: string): string {
  return `\`npm start\` is running already in ${root}. Ctrl-C there stops it.\n${unheeded(args)}\n${summary}`;
}

/** A line about options, which count for a cluster that is booted; empty without any. */
function unheeded(args: readonly string[]): string {
  const names = [...new Set(givenOptions(args).map(({ name }) => `--${name}`))];
  if (names.length === 0) return '';
  const [what, them] = names.length === 1 ? ['changes', 'it'] : ['change', 'them'];
  const others = names.includes('--room')
    ? ' To add a room, apply it with kubectl: the line Add of the first one shows how.'
    : '';
  return `${inWords.format(names)} ${what} nothing there: to start with ${them}, stop the other one first.${others}\n`;
}

const inWords = new Intl.ListFormat('en-GB');
