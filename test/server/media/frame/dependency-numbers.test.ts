import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dependencyReader } from '#server/media/frame/dependency-descriptor.ts';
import { noDependency, readDependencyNumbers, writeDependencyNumbers } from '#server/media/frame/dependency-numbers.ts';
import { descriptorCorpus, layered } from './descriptor-corpus.ts';
import { descriptor } from './descriptors.ts';

const numbersOf = (bytes: Buffer) => {
  const found = noDependency();
  readDependencyNumbers(found, bytes, 0, bytes.length);
  return found;
};

test('the numbers are those that a whole reader finds', () => {
  for (const bytes of descriptorCorpus) {
    const { structure, read } = dependencyReader();
    const whole = read(bytes, 0, bytes.length);
    const { frameNumber, templateId, firstTemplate, templates } = numbersOf(bytes);
    assert.deepEqual([frameNumber, templateId], [whole?.frameNumber, whole?.templateId]);
    if (whole?.hasStructure)
      assert.deepEqual([firstTemplate, templates], [structure.firstTemplate, structure.templates]);
    else assert.equal(templates, 0);
  }
});

test('others can be written over them, and all else stays', () => {
  for (const start of [true, false])
    for (const [frame, first] of [
      [0, 0],
      [65_535, 63],
      [300, 37],
    ] as const) {
      const of = { start, template: 62, frame: 9, structure: layered };
      const bytes = descriptor(of);
      const wanted = { ...of, template: (first + 2) % 64, frame, structure: { ...layered, firstTemplate: first } };
      writeDependencyNumbers(bytes, 0, numbersOf(bytes), frame, first + 2, first);
      assert.deepEqual(bytes, descriptor(wanted));
      const short = descriptor({ start, template: 62, frame: 9, indications: [3, 2, 1, 0] });
      writeDependencyNumbers(short, 0, numbersOf(short), frame, 5, first);
      assert.deepEqual(short, descriptor({ start, template: 5, frame, indications: [3, 2, 1, 0] }));
    }
});

test('a structure that is cut short is none', () => {
  const whole = descriptor({ template: 60, frame: 1, structure: layered });
  // Five templates: two bytes of two bits each, behind the five bytes before them.
  for (let length = 3; length < whole.length; length++)
    assert.equal(numbersOf(whole.subarray(0, length)).templates, length < 7 ? 0 : 5, `${length} bytes`);
});
