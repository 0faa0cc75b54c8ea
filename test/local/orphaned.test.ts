import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { look, orphaned } from '#local/orphaned.ts';
import { eventually } from '#test/harness/eventually.ts';

describe('npm start without npm', () => {
  const script = 'node local/start.ts';
  const npm = { parent: 10, command: 'npm start\0\0\0' };
  const shell = { parent: 20, command: `sh\0-c\0${script} --http-port 0\0` };
  const ours = { command: 'node\0local/start.ts\0' };

  /** Whether we are orphaned once `gone` has been killed; children of the dead are those of process 1. */
  const without = (gone: number, tree: ReadonlyMap<number, NonNullable<ReturnType<typeof look>>>) => {
    const left = new Map(tree);
    const isOrphaned = orphaned(40, script, (pid) => left.get(pid));
    assert.equal(isOrphaned(), false);
    left.delete(gone);
    for (const [pid, one] of left) if (one.parent === gone) left.set(pid, { ...one, parent: 1 });
    return isOrphaned();
  };

  test('is noticed behind a shell and without one, and what is above npm may come and go', () => {
    const behind = new Map([
      [10, { parent: 1, command: 'bash\0' }],
      [20, npm],
      [30, shell],
      [40, { ...ours, parent: 30 }],
    ]);
    assert.deepEqual(
      [10, 20, 30].map((gone) => without(gone, behind)),
      [false, true, true],
    );
    const direct = new Map([...behind, [40, { ...ours, parent: 20 }] as const]);
    assert.deepEqual(
      [10, 20, 30].map((gone) => without(gone, direct)),
      [false, true, false],
    );
  });

  test('is seen of real processes', async () => {
    const child = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [said] = await once(child.stdout, 'data');
    const sleeper = Number(String(said));
    const isOrphaned = orphaned(sleeper, 'sleep 60', look);
    assert.equal(isOrphaned(), false);
    child.kill('SIGKILL');
    await eventually('it has another parent', isOrphaned);
    process.kill(sleeper);
    assert.equal(look(0), undefined);
  });
});
