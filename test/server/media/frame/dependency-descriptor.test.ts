import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dependencyReader, frameNumberAt } from '#server/media/frame/dependency-descriptor.ts';
import { chainRow, indication, indicationRow } from '#server/media/frame/dependency-structure.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';
import { hex } from './bit-writer.ts';
import { type Descriptor, descriptor, type Structure, type Template } from './descriptors.ts';

const { notPresent: none, discardable: may, switchPoint: can, required: must } = indication;

/**
 * One spatial and two temporal layers: a key frame, one of the lower layer, one of the upper. Target 0 is both layers, 1 the
 * lower alone; one chain, through the lower.
 */
const twoTemporal: Structure = {
  firstTemplate: 62,
  targets: 2,
  chains: 1,
  protectedBy: [0, 0],
  templates: [
    { spatial: 0, temporal: 0, indications: [can, can], differences: [], chains: [0] },
    { spatial: 0, temporal: 0, indications: [must, can], differences: [2], chains: [2] },
    { spatial: 0, temporal: 1, indications: [may, none], differences: [1], chains: [1] },
  ],
  sizes: [[640, 360]],
};

/** A reader that has had a key frame with the structure. */
function informed(structure: Structure) {
  const reader = dependencyReader();
  const key = descriptor({ template: structure.firstTemplate, frame: 100, structure });
  assert.ok(reader.read(key, 0, key.length));
  return reader;
}

function read(reader: ReturnType<typeof dependencyReader>, of: Descriptor) {
  const bytes = descriptor(of);
  return reader.read(bytes, 0, bytes.length);
}

test('three bytes tell where a frame begins and ends, its template and its number', () => {
  const found = dependencyReader().read(hex('85 fffe'), 0, 3);
  assert.deepEqual([found?.startsFrame, found?.endsFrame, found?.templateId], [true, false, 5]);
  assert.deepEqual([found?.frameNumber, found?.hasStructure, found?.activeTargets], [0xfffe, false, -1]);
  const other = dependencyReader().read(hex('45 0000'), 0, 3);
  assert.deepEqual([other?.startsFrame, other?.endsFrame], [false, true]);
});

test('of a template that nobody has told of the layers are not known', () => {
  const found = dependencyReader().read(hex('85 0001'), 0, 3);
  assert.deepEqual([found?.spatialId, found?.temporalId, found?.width], [-1, -1, 0]);
});

test('a structure tells of all templates', () => {
  const { structure } = informed(twoTemporal);
  assert.deepEqual([structure.firstTemplate, structure.templates], [62, 3]);
  assert.deepEqual([structure.targets, structure.chains], [2, 1]);
  assert.deepEqual([...structure.temporalIds.subarray(0, 3)], [0, 0, 1]);
  assert.deepEqual([...structure.differences.subarray(0, 2)], [2, 1]);
  assert.deepEqual([...structure.differenceEnds.subarray(0, 3)], [0, 1, 2]);
  assert.deepEqual([...structure.targetTemporalIds.subarray(0, 2)], [1, 0]);
  assert.deepEqual([structure.widths[0], structure.heights[0]], [640, 360]);
});

test('the first packet of a key frame brings a structure, all targets being made', () => {
  const found = read(dependencyReader(), { template: 62, frame: 1, structure: twoTemporal });
  assert.deepEqual([found?.hasStructure, found?.activeTargets], [true, 0b11]);
  assert.deepEqual([found?.spatialId, found?.temporalId, found?.width, found?.height], [0, 0, 640, 360]);
});

test('unless it says which', () => {
  const active = { mask: 0b10, targets: 2 };
  assert.equal(
    read(dependencyReader(), { template: 62, frame: 1, structure: twoTemporal, active })?.activeTargets,
    0b10,
  );
  assert.equal(read(informed(twoTemporal), { template: 63, frame: 2, active })?.activeTargets, 0b10);
});

test('later packets need but name a template, whose numbers begin anew behind 63', () => {
  const found = read(informed(twoTemporal), { template: 0, frame: 101 });
  assert.deepEqual([found?.hasStructure, found?.temporalId, found?.width], [false, 1, 640]);
  assert.deepEqual([...(found?.indications.subarray(0, 2) ?? [])], [may, none]);
  assert.equal(found?.chainDifferences[0], 1);
});

test('a template that the structure does not have is of one that has not come', () => {
  assert.equal(read(informed(twoTemporal), { template: 1, frame: 101 })?.spatialId, -1);
  const found = read(informed(twoTemporal), { template: 20, frame: 101, chains: [7] });
  assert.deepEqual([found?.spatialId, found?.frameNumber], [-1, 101]);
});

test('what does not hold for one frame is told with it', () => {
  const reader = informed(twoTemporal);
  const own = { indications: [must, may], differences: [1, 16, 17, 256, 257, 4096], chains: [200] };
  const found = read(reader, { template: 63, frame: 102, ...own });
  assert.deepEqual([...(found?.indications.subarray(0, 2) ?? []), found?.chainDifferences[0]], [must, may, 200]);
  const next = read(reader, { template: 63, frame: 103 });
  assert.deepEqual([...(next?.indications.subarray(0, 2) ?? []), next?.chainDifferences[0]], [must, can, 2]);
});

test('the number stands where it is said to, for who has to change it', () => {
  const bytes = descriptor({ template: 5, frame: 7 });
  bytes.writeUInt16BE(0x1234, frameNumberAt);
  assert.equal(dependencyReader().read(bytes, 0, bytes.length)?.frameNumber, 0x1234);
});

test('a key frame of no template of its own structure is against the format', () => {
  const reader = dependencyReader();
  assert.equal(read(reader, { template: 5, frame: 1, structure: twoTemporal }), undefined);
  assert.equal(reader.structure.templates, 0);
});

test('a structure that is cut short is none, and the one before is gone', () => {
  const whole = descriptor({ template: 62, frame: 1, structure: { ...twoTemporal, sizes: [] } });
  for (let length = 4; length < whole.length - 1; length++) {
    const reader = informed(twoTemporal);
    assert.equal(reader.read(whole, 0, length), undefined, `${length} bytes`);
    assert.equal(reader.structure.templates, 0);
  }
  for (let length = 0; length < 3; length++) assert.equal(dependencyReader().read(whole, 0, length), undefined);
});

test('more layers than there are, or templates, are against the format', () => {
  const of = (layers: readonly (readonly [number, number])[]) => ({
    ...twoTemporal,
    templates: layers.map(([spatial, temporal]) => ({
      spatial,
      temporal,
      indications: [1, 1],
      differences: [],
      chains: [1],
    })),
    sizes: [],
  });
  const isRead = (structure: Structure) =>
    read(dependencyReader(), { template: 62, frame: 1, structure }) !== undefined;
  assert.equal(
    isRead(
      of([
        [0, 0],
        [1, 0],
        [2, 0],
        [3, 0],
      ]),
    ),
    true,
  );
  assert.equal(
    isRead(
      of([
        [0, 0],
        [1, 0],
        [2, 0],
        [3, 0],
        [4, 0],
      ]),
    ),
    false,
  );
  assert.equal(isRead(of(Array.from({ length: 8 }, (_, i) => [0, i] as const))), true);
  assert.equal(isRead(of(Array.from({ length: 9 }, (_, i) => [0, i] as const))), false);
  assert.equal(isRead(of(Array.from({ length: 64 }, () => [0, 0] as const))), true);
  assert.equal(isRead(of(Array.from({ length: 65 }, () => [0, 0] as const))), false);
});

test('structures of any make, and frames of each of their templates, come back', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  for (let i = 0; i < 1000; i++) {
    const structure = anyStructure(random);
    const said = `SEED=${seed}, ${JSON.stringify(structure)}`;
    const reader = informed(structure);
    const { firstTemplate, targets, chains } = structure;
    assert.deepEqual([reader.structure.targets, reader.structure.chains], [targets, chains], said);
    if (chains > 0)
      assert.deepEqual([...reader.structure.protectedBy.subarray(0, targets)], structure.protectedBy, said);
    for (const [index, template] of structure.templates.entries()) {
      const [from = 0, to = 0] = [
        reader.structure.differenceEnds[index - 1] ?? 0,
        reader.structure.differenceEnds[index],
      ];
      assert.deepEqual([...reader.structure.differences.subarray(from, to)], template.differences, said);
      const row = reader.structure.indications.subarray(index * indicationRow);
      assert.deepEqual([...row.subarray(0, targets)], template.indications, said);
      const chainsAt = reader.structure.chainDifferences.subarray(index * chainRow);
      assert.deepEqual([...chainsAt.subarray(0, chains)], template.chains, said);
      const found = read(reader, { template: (firstTemplate + index) % 64, frame: index });
      assert.deepEqual([found?.spatialId, found?.temporalId], [template.spatial, template.temporal], said);
      const [width, height] = structure.sizes[template.spatial] ?? [0, 0];
      assert.deepEqual([found?.width, found?.height], [width, height], said);
      assert.deepEqual([...(found?.indications.subarray(0, targets) ?? [])], template.indications, said);
      assert.deepEqual([...(found?.chainDifferences.subarray(0, chains) ?? [])], template.chains, said);
    }
  }
});

function anyStructure(random: () => number): Structure {
  const upTo = (below: number) => Math.floor(random() * below);
  const targets = 1 + upTo(32);
  const chains = upTo(targets + 1);
  const templates: Template[] = [];
  for (let [spatial, temporal] = [0, 0]; templates.length < 20; ) {
    templates.push({
      spatial,
      temporal,
      indications: Array.from({ length: targets }, () => upTo(4)),
      differences: Array.from({ length: upTo(4) }, () => 1 + upTo(16)),
      chains: Array.from({ length: chains }, () => upTo(16)),
    });
    const step = upTo(5);
    if (step === 0 && temporal < 7) temporal += 1;
    else if (step === 1 && spatial < 3) [spatial, temporal] = [spatial + 1, 0];
    else if (step === 2) break;
  }
  const layers = (templates.at(-1)?.spatial ?? 0) + 1;
  return {
    firstTemplate: upTo(64),
    targets,
    chains,
    protectedBy: chains === 0 ? [] : Array.from({ length: targets }, () => upTo(chains)),
    templates,
    sizes: random() < 0.5 ? [] : Array.from({ length: layers }, () => [1 + upTo(65_536), 1 + upTo(65_536)] as const),
  };
}
