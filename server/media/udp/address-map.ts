import type { Endpoint } from './address.ts';

/**
 * Who is at which address, without making a string of address and port for each packet. An address belongs to whoever
 * proved to be there last: a NAT may give a client's old port to another.
 */
export interface AddressMap<T> {
  find(address: string, port: number): T | undefined;
  set(at: Endpoint, value: T): void;
  /** Removes the address if it still belongs to `value`. */
  remove(at: Endpoint, value: T): void;
}

export function addressMap<T>(): AddressMap<T> {
  const ports = new Map<string, Map<number, T>>();
  return {
    find: (address, port) => ports.get(address)?.get(port),
    set({ address, port }, value) {
      const known = ports.get(address);
      if (known === undefined) ports.set(address, new Map([[port, value]]));
      else known.set(port, value);
    },
    remove({ address, port }, value) {
      const known = ports.get(address);
      if (known?.get(port) !== value) return;
      known.delete(port);
      if (known.size === 0) ports.delete(address);
    },
  };
}
