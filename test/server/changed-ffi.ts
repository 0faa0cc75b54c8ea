import assert from 'node:assert/strict';
import type * as Ffi from 'node:ffi';

type Call = (...args: bigint[]) => unknown;

/** `node:ffi`, in which functions of that name are made of what they are otherwise. */
export const changedFfi = (ffi: typeof Ffi, changes: Readonly<Record<string, (call: Call) => Call>>): typeof Ffi => {
  const dlopen = (path: null, wanted: Parameters<typeof ffi.dlopen>[1]) => {
    const { functions } = ffi.dlopen(path, wanted) as { functions: Record<string, Call> };
    const changed = Object.entries(changes).flatMap(([name, change]) => {
      const call = functions[name];
      return call === undefined ? [] : [[name, change(call)] as const];
    });
    return { functions: { ...functions, ...Object.fromEntries(changed) } };
  };
  return { ...ffi, dlopen } as unknown as typeof Ffi;
};

/** With the keys counted that OpenSSL's X25519 has made and not freed. */
export function countedKeys(ffi: typeof Ffi) {
  let left = 0;
  let made = 0;
  const one = (call: Call) => {
    return (...args: bigint[]) => {
      left += 1;
      made += 1;
      return call(...args);
    };
  };
  const counted = changedFfi(ffi, {
    EVP_PKEY_generate: one,
    EVP_PKEY_new_raw_public_key: one,
    EVP_PKEY_free: (call) => (key) => {
      assert.ok(key !== undefined);
      left -= key === 0n ? 0 : 1;
      return call(key);
    },
  });
  return { ffi: counted, left: () => left, made: () => made };
}
