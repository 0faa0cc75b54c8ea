import { attackBench } from '../attack.ts';
import { coresBench } from '../cores.ts';
import { featuresBench } from '../features.ts';
import type { Figure } from '../figure.ts';
import { forwardingBench } from '../forwarding.ts';
import { joinsBench } from '../joins.ts';
import { lossyBench } from '../lossy.ts';
import { memoryBench } from '../memory.ts';
import type { PartName } from './numbers.ts';

/** What the SFU is measured by, in the order of the page. */
export const sfuParts = {
  forwarding: forwardingBench,
  features: featuresBench,
  cores: coresBench,
  joins: joinsBench,
  memory: memoryBench,
  lossy: lossyBench,
  attack: attackBench,
} satisfies Readonly<Record<PartName, (say: (text: string) => void) => Promise<readonly Figure[]>>>;
