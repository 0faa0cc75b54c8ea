import type * as Ffi from 'node:ffi';

/**
 * Functions of the program's own libraries, by `node:ffi`, for those that are called again and again. In an object of our own:
 * the one that `node:ffi` gives is a dictionary, in which V8 looks a function up with each call. Throws where one is missing.
 */
export const functionsOf = <const F extends Ffi.FunctionDefinitions>(ffi: typeof Ffi, functions: F) => ({
  ...ffi.dlopen(null, functions).functions,
});
