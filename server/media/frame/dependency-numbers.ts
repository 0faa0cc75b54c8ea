/**
 * What a dependency descriptor (RTP Payload Format For AV1, section A.8) says that cannot stay as it is where a subscriber is
 * moved to another source: its frames are counted on, and its templates may not be taken for those of the source before.
 *
 *   start, end, template (1 + 1 + 6 bits) │ frame (16) │ 5 flags, the first for a structure │ first template (6) │
 *   targets (5) │ for each template whether the next is of the same layer, or it is the last (2) …
 */
export interface DependencyNumbers {
  /** Where the descriptor begins; 0: there is none, and nothing else holds. */
  at: number;
  size: number;
  frameNumber: number;
  templateId: number;
  /** Of the structure that it brings; 0 templates: it brings none. */
  firstTemplate: number;
  templates: number;
}

export const noDependency = (): DependencyNumbers => ({
  at: 0,
  size: 0,
  frameNumber: 0,
  templateId: 0,
  firstTemplate: 0,
  templates: 0,
});

const structureAt = 3;
const layersAt = 5;
const maxTemplates = 64;

/** Reads them in `bytes`, from `at` on. A structure that is cut short counts as none. Allocates nothing. */
export function readDependencyNumbers(into: DependencyNumbers, bytes: Buffer, at: number, size: number): void {
  into.at = at;
  into.size = size;
  into.templateId = (bytes[at] ?? 0) & 0x3f;
  into.frameNumber = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
  into.templates = 0;
  const flags = bytes[at + structureAt] ?? 0;
  if (size <= layersAt || flags < 0x80) return;
  into.firstTemplate = ((flags & 0x07) << 3) | ((bytes[at + structureAt + 1] ?? 0) >>> 5);
  const most = Math.min(maxTemplates, 4 * (size - layersAt));
  for (let template = 0; template < most; template++) {
    const next = ((bytes[at + layersAt + (template >>> 2)] ?? 0) >>> (6 - 2 * (template & 3))) & 3;
    if (next !== 3) continue;
    into.templates = template + 1;
    return;
  }
}

/** Writes others over a descriptor that is the same otherwise. */
export function writeDependencyNumbers(
  bytes: Buffer,
  at: number,
  { templates }: DependencyNumbers,
  frameNumber: number,
  templateId: number,
  firstTemplate: number,
): void {
  bytes[at] = ((bytes[at] ?? 0) & 0xc0) | (templateId & 0x3f);
  bytes[at + 1] = frameNumber >>> 8;
  bytes[at + 2] = frameNumber;
  if (templates === 0) return;
  bytes[at + structureAt] = ((bytes[at + structureAt] ?? 0) & 0xf8) | ((firstTemplate >>> 3) & 0x07);
  bytes[at + structureAt + 1] = ((bytes[at + structureAt + 1] ?? 0) & 0x1f) | ((firstTemplate & 0x07) << 5);
}
