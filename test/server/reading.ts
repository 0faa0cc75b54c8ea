/** What has come on a stream so far, and whether it has ended. */
export function reading(response: Response) {
  const seen = { text: '', isOver: false };
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) seen.text += decoder.decode(bytes as Uint8Array, { stream: true });
  };
  void read()
    .catch(() => undefined)
    .finally(() => {
      seen.isOver = true;
    });
  return seen;
}
