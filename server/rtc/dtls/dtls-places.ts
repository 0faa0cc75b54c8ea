/** Handshakes under way: so many at once, as each keeps keys and messages of somebody who has proved nothing yet. */

export interface Places {
  /** Undefined while all are taken. */
  take(): Place | undefined;
  readonly taken: () => number;
}

export interface Place {
  /** Harmless when it was left before. */
  leave(): void;
}

export function handshakePlaces(most: number): Places {
  let taken = 0;
  return {
    take: () => {
      if (taken >= most) return undefined;
      taken += 1;
      let isTaken = true;
      return {
        leave: () => {
          if (isTaken) taken -= 1;
          isTaken = false;
        },
      };
    },
    taken: () => taken,
  };
}
