import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Messages that fuzzing starts from: one a line in hex, in `corpus/`; lines that begin with `#` say what they are. */
export const hexCorpus = (name: string): readonly Buffer[] =>
  readFileSync(join(import.meta.dirname, 'corpus', `${name}.hex`), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => Buffer.from(line, 'hex'));
