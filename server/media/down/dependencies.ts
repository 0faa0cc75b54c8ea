/** Dependency descriptors where a subscriber is moved to another source: they go on as picture numbers do, see picture-id.ts. */
import { type DependencyNumbers, writeDependencyNumbers } from '../frame/dependency-numbers.ts';

/** What is added to a source's numbers. */
export interface DependencyShifts {
  readonly frame: number;
  readonly template: number;
}

/** The frame that a subscriber was sent last, and the template behind those of the last structure; -1 before the first. */
export interface DependenciesSent {
  frameNumber: number;
  nextTemplate: number;
}

/**
 * For a source that begins with this packet, and is to go on behind what was sent. Templates that both sources had would make
 * what is left of the former one unreadable.
 */
export const dependencyShifts = (sent: DependenciesSent, first: DependencyNumbers): DependencyShifts => ({
  frame: sent.frameNumber < 0 || first.at === 0 ? 0 : sent.frameNumber + 1 - first.frameNumber,
  template:
    sent.nextTemplate < 0 || first.at === 0 || first.templates === 0 ? 0 : sent.nextTemplate - first.firstTemplate,
});

/** Notes the numbers of a packet that is ahead of all others, if it has some. */
export function noteDependency(sent: DependenciesSent, of: DependencyNumbers, shifts: DependencyShifts): void {
  if (of.at === 0) return;
  sent.frameNumber = (of.frameNumber + shifts.frame) & 0xffff;
  if (of.templates > 0) sent.nextTemplate = (of.firstTemplate + shifts.template + of.templates) & 0x3f;
}

/** Writes them into a copy of the descriptor, for one subscriber. */
export function writeDependency(bytes: Buffer, at: number, of: DependencyNumbers, shifts: DependencyShifts): void {
  const { frame, template } = shifts;
  if (frame === 0 && template === 0) return;
  writeDependencyNumbers(
    bytes,
    at,
    of,
    of.frameNumber + frame,
    of.templateId + template,
    (of.firstTemplate + template) & 0x3f,
  );
}
