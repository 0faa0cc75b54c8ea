import type * as Ffi from 'node:ffi';

/**
 * `node:ffi`, where Node has it, without the warning that it is experimental: who runs a server cannot do anything about that,
 * and all that uses it does without as well.
 */
export function quietFfi(): typeof Ffi | undefined {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:ffi');
  } finally {
    process.emitWarning = emitWarning;
  }
}
