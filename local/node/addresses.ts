/**
 * Pod addresses of a range such as 10.244.1.0/24. An address is taken again as late as possible, so that a client that
 * still talks to an old pod does not reach a new one.
 */
export interface AddressPool {
  /** The wanted address if it is free, else the next free one. Throws when the range is used up. */
  take(wanted?: string): string;
  release(address: string): void;
}

export function addressPool(cidr: string, reserved: readonly string[]): AddressPool {
  const { first, size } = rangeOf(cidr);
  const taken = new Set(reserved.map(toNumber));
  let next = 1;

  /** Not the first (the network) nor the last (its broadcast). */
  const usable = (offset: number) => offset > 0 && offset < size - 1;

  const freeOffset = (wanted: string | undefined) => {
    const offset = wanted === undefined ? -1 : toNumber(wanted) - first;
    if (usable(offset) && !taken.has(first + offset)) return offset;
    for (let tried = 0; tried < size; tried++) {
      const candidate = (next + tried) % size;
      if (usable(candidate) && !taken.has(first + candidate)) {
        next = candidate + 1;
        return candidate;
      }
    }
    throw new Error(`No address of ${cidr} is free: ${taken.size} are in use.`);
  };

  return {
    take: (wanted) => {
      const address = first + freeOffset(wanted);
      taken.add(address);
      return toText(address);
    },
    release: (address) => void taken.delete(toNumber(address)),
  };
}

function rangeOf(cidr: string) {
  const [, base, bits] = /^((?:\d{1,3}\.){3}\d{1,3})\/(\d{1,2})$/.exec(cidr) ?? [];
  const prefix = Number(bits);
  if (base === undefined || !(prefix >= 8 && prefix <= 30)) {
    throw new Error(`'${cidr}' is no IPv4 range for pods: write it like 10.244.1.0/24, with a prefix from 8 to 30.`);
  }
  const size = 2 ** (32 - prefix);
  return { first: Math.floor(toNumber(base) / size) * size, size };
}

const toNumber = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const toText = (address: number) => [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
