import { hex } from './bit-writer.ts';
import { descriptor, type Structure } from './descriptors.ts';

/** Two spatial layers of two temporal ones, with a chain for each of the former. */
export const layered: Structure = {
  firstTemplate: 60,
  targets: 4,
  chains: 2,
  protectedBy: [0, 0, 1, 1],
  templates: [
    { spatial: 0, temporal: 0, indications: [2, 2, 2, 2], differences: [], chains: [0, 0] },
    { spatial: 0, temporal: 0, indications: [3, 3, 2, 2], differences: [4], chains: [4, 3] },
    { spatial: 0, temporal: 1, indications: [0, 1, 0, 3], differences: [2, 1], chains: [2, 1] },
    { spatial: 1, temporal: 0, indications: [0, 0, 2, 2], differences: [1, 4], chains: [1, 4] },
    { spatial: 1, temporal: 1, indications: [0, 0, 0, 1], differences: [2, 1], chains: [3, 2] },
  ],
  sizes: [
    [640, 360],
    [1280, 720],
  ],
};

/** Descriptors that fuzzing starts from. */
export const descriptorCorpus: readonly Buffer[] = [
  descriptor({ template: 60, frame: 1, structure: layered }),
  descriptor({ template: 60, frame: 1, structure: layered, active: { mask: 0b0011, targets: 4 } }),
  descriptor({ template: 62, frame: 2 }),
  descriptor({ template: 0, frame: 3, end: false, indications: [3, 2, 1, 0], differences: [1, 300], chains: [9, 200] }),
  descriptor({ template: 61, frame: 4, active: { mask: 0b1111, targets: 4 } }),
  hex('853fff'),
];
