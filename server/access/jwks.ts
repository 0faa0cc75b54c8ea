/** Keys by HTTP: a JSON Web Key Set (RFC 7517 section 5), as identity providers publish theirs. */

/** The sets of large providers have some 10 kB. */
const maxBytes = 256 * 1024;

/**
 * Reads the set at a URL, as JSON of which nothing is known yet. Rejects for anything but a 200 with JSON of a sensible
 * size; redirects are not followed, so that keys come from where somebody wrote down that they come from. Messages name
 * the URL without its query, and no content.
 */
export const jwksAt =
  (url: URL) =>
  async (signal: AbortSignal): Promise<unknown> => {
    const headers = { accept: 'application/jwk-set+json, application/json' };
    const where = `${url.origin}${url.pathname}`;
    const response = await fetch(url, { signal, redirect: 'manual', headers }).catch((error: unknown) => {
      throw new Error(`${where} cannot be reached: ${reasonOf(error)}`, { cause: error });
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`${where} answered ${response.status} where a key set was to be`);
    }
    const text = await bounded(response, where);
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`${where} answered something that is not JSON`);
    }
  };

/** What `fetch` says of a failure stands in its cause; of an address that nobody listens at, in the cause's parts. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const { message: why, code } = (cause ?? {}) as NodeJS.ErrnoException;
  return why || code || message;
}

async function bounded({ body }: Response, where: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > maxBytes) throw new Error(`${where} answered more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
