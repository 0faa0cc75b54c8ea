import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inThousandths } from '../in-thousandths.ts';
import type { Numbers, Part, PartName } from './numbers.ts';
import { page } from './page.ts';

/** Stores a part, in the place of what was measured of it before, and makes the page anew. */
export function keep(dir: string, name: PartName, part: Part): void {
  const file = join(dir, 'sfu.json');
  const json = JSON.stringify({ ...stored(file), [name]: part }, inThousandths, 1);
  mkdirSync(dir, { recursive: true });
  writeFileSync(file, `${json}\n`);
  writeFileSync(join(dir, 'sfu.md'), page(JSON.parse(json)));
}

function stored(file: string): Numbers {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
