/** The type that a `Content-Type` header names, in lower case and without parameters; undefined without one. */
export const mediaType = (header: string | undefined): string | undefined =>
  header?.split(';', 1)[0]?.trim().toLowerCase() || undefined;
