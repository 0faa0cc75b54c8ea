import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Row, rows, type Section, sections } from './section.ts';

async function read(section: Section): Promise<readonly [Section, readonly Row[]]> {
  const yaml = await readFile(join(import.meta.dirname, section.file), 'utf8');
  try {
    return [section, rows(yaml)];
  } catch (cause) {
    throw new Error(`gen/parity/${section.file} is no table of rows`, { cause });
  }
}

/** Every section with its rows, read from their files. */
export const parityTable = () => Promise.all(sections.map(read));
