import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statedSha256 } from '#local/binaries/checksum.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

const cases: Readonly<Record<string, { text: string; says: string | undefined }>> = {
  'a checksum alone': { text: a, says: a },
  'a checksum alone, with a line end and in capitals': { text: `${a.toUpperCase()}\n`, says: a },
  'the line of the file among others': { text: `${b}  other.tar.gz\n${a}  file.tar.gz\n`, says: a },
  'a line with the star of binary mode': { text: `${a} *file.tar.gz\n`, says: a },
  'a line with a folder before the name': { text: `${a}  ./dist/file.tar.gz\n`, says: a },
  'nothing when only other files are listed': { text: `${a}  file.tar.gz.asc\n`, says: undefined },
  'nothing when an error page came instead': { text: '<html>404</html>', says: undefined },
  'nothing when the checksum is cut': { text: a.slice(1), says: undefined },
};

for (const [name, { text, says }] of Object.entries(cases)) {
  test(`from a checksum file is read ${name}`, () => assert.equal(statedSha256(text, 'file.tar.gz'), says));
}
