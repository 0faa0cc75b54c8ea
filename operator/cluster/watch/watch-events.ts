import type { KubeObject } from '../../kube.ts';
import { isStructure } from '../../structure.ts';
import type { Status } from '../client/api-error.ts';
import { withoutManagedFields } from '../client/managed-fields.ts';

/** One line of a watch. */
export type WatchEvent<T extends KubeObject = KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  /** Nothing changed up to this resourceVersion. */
  | { readonly type: 'BOOKMARK'; readonly object: KubeObject }
  | { readonly type: 'ERROR'; readonly object: Status };

/** A line of a watch that is no event. Whatever it said is lost, so the reader has to list again. */
export class UnparsableLine extends Error {
  constructor(line: string, options?: ErrorOptions) {
    super(`a line of a watch could not be read: ${line.slice(0, 80)}`, options);
    this.name = 'UnparsableLine';
  }
}

/** The events in a stream of newline-separated JSON. A last line without its newline was cut off, and is not an event. */
export async function* watchEvents<T extends KubeObject>(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent<T>, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield parsed<T>(line);
  }
  if (rest.trim() !== '') throw new UnparsableLine(rest);
}

function parsed<T extends KubeObject>(line: string): WatchEvent<T> {
  let event: unknown;
  try {
    event = JSON.parse(withoutManagedFields(line));
  } catch (error) {
    throw new UnparsableLine(line, { cause: error });
  }
  if (!isEvent<T>(event)) throw new UnparsableLine(line);
  return event;
}

/** Nothing is passed over: an event that we do not understand may be one that we have to know of. */
function isEvent<T extends KubeObject>(value: unknown): value is WatchEvent<T> {
  if (!isStructure(value) || !isStructure(value['object'])) return false;
  const { type, object } = value;
  return type === 'ERROR' || (isNamed(type) && isStructure(object['metadata']));
}

const isNamed = (type: unknown): boolean => named.some((one) => one === type);
const named = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'] as const;
