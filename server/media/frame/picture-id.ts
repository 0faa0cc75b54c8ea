/** A picture's number as VP8 and VP9 carry it, in 7 bits or in 15 (RFC 7741 section 4.2, RFC 9628 section 4.2). */
export interface PictureId {
  /** Where it stands in the payload, 0 for nowhere. */
  pictureIdAt: number;
  /** 15 bits rather than 7. */
  isLongPictureId: boolean;
  pictureId: number;
}

/** Reads the number that stands at `at`, and returns where it ends. */
export function readPictureId(into: PictureId, payload: Buffer, at: number): number {
  const head = payload[at] ?? 0;
  into.pictureIdAt = at;
  into.isLongPictureId = head >= 0x80;
  into.pictureId = into.isLongPictureId ? ((head & 0x7f) << 8) | (payload[at + 1] ?? 0) : head;
  return at + (into.isLongPictureId ? 2 : 1);
}
