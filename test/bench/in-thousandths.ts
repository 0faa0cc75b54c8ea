/** For `JSON.stringify`: numbers that are kept have no more digits than mean something. */
export const inThousandths = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
