/** Keeps a processor awake, as long as somebody wants that. */

/** Between two looks whether anybody does. */
const spellMs = 1;

function stayAwake(): void {
  const endsMs = performance.now() + spellMs;
  while (performance.now() < endsMs);
  setImmediate(stayAwake);
}

process.once('disconnect', () => process.exit());
stayAwake();
