/** What a pod knows of others: what they share, a line for each secret, of which the first seals; and which there are. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { otherPodsIn, sharedKey } from '#crds/contract.ts';
import type { Config } from '../config/config.ts';

export interface SharedSecrets {
  readonly secrets: readonly string[];
  /** What is wrong with the file. */
  readonly problem?: string;
}

/** Each is tried for ids that strangers make up. */
const manySecrets = 4;
/** 192 bits, where they are random. */
const leastLetters = 32;

/** In the same words whatever the reason is, so that one that comes and goes is told once. */
const nothingGiven = 'cannot be read, or is empty. Until it has secrets, those that are in force stay so.';

/**
 * None while the operator has yet to make them: then nothing is passed on. Once there were some, `before`, they stay, as the
 * sessions that they sealed do: where a line cannot be used, and where there is no line, as a moment without the file looks the
 * same as a Secret that was deleted. A pod that has none yet takes the lines that can be used.
 */
export async function sharedSecrets(peer: Config['peer'], before: readonly string[]): Promise<SharedSecrets> {
  if (peer === undefined) return { secrets: [] };
  const path = join(peer.keysDir, sharedKey.sessions);
  const content = await readFile(path, 'utf8').catch(() => '');
  const lines = content.split('\n').map((line) => line.trim());
  const given = lines.filter((line) => line !== '');
  if (given.length === 0 && before.length > 0) return { secrets: before, problem: `${path} ${nothingGiven}` };
  const usable = given.filter(({ length }) => length >= leastLetters).slice(0, manySecrets);
  if (usable.length === given.length) return { secrets: given };
  const problem = `${path} must have at most ${manySecrets} lines, of at least ${leastLetters} letters each. Until it does, the secrets that are in force stay so.`;
  return { secrets: before.length > 0 ? before : usable, problem };
}

/** UIDs of the room's other pods; undefined where nobody says. */
export async function otherPods(peer: Config['peer']): Promise<readonly string[] | undefined> {
  if (peer?.othersFile === undefined) return undefined;
  return otherPodsIn(await readFile(peer.othersFile, 'utf8').catch(() => ''));
}
