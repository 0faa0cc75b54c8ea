import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findProgram, isExecutable } from './path.ts';
import type { Progress } from './progress.ts';
import { run } from './run.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The Chromium that tests drive: $CHROMIUM, an installed one, or Playwright's. Throws with how to get one. */
export async function chromiumPath(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const found = await findChromium(env);
  if (found === undefined) throw new Error(howToGetOne);
  return found;
}

async function findChromium(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const given = env['CHROMIUM'];
  if (given !== undefined && given !== '') {
    if (await isExecutable(given)) return given;
    throw new Error(`CHROMIUM=${given} is not a program that can be run`);
  }
  for (const name of names) {
    const path = await findProgram(name, env);
    if (path !== undefined) return path;
  }
  const { chromium } = await import('playwright-core');
  const downloaded = chromium.executablePath();
  return (await isExecutable(downloaded)) ? downloaded : undefined;
}

export interface EnsureChromium {
  readonly env: NodeJS.ProcessEnv;
  /** 0 may install the system's package. */
  readonly userId: number | undefined;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Gets a Chromium if there is none: Playwright's download, else as root the system's package. */
export async function ensureChromium({ env, userId, progress, signal }: EnsureChromium): Promise<string> {
  const installed = await findChromium(env);
  if (installed !== undefined) return installed;
  const failures: string[] = [];
  for (const { what, commands } of waysToGet(userId)) {
    progress.say(`Chromium: ${what}.`);
    try {
      for (const [file, ...args] of commands) await run(file, args, { env, signal });
      return await chromiumPath(env);
    } catch (error) {
      signal?.throwIfAborted();
      const lines = (error as Error).message.trim().split('\n');
      const reason = (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? '').trim();
      failures.push(`${what} failed: ${reason}`);
      progress.say(`  That failed: ${reason}`);
    }
  }
  throw new Error([...failures, howToGetOne].join('\n'));
}

interface Way {
  readonly what: string;
  readonly commands: readonly (readonly [string, ...string[]])[];
}

function waysToGet(userId: number | undefined): Way[] {
  const playwright = join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js');
  const download: Way = {
    what: "downloading Playwright's",
    commands: [[process.execPath, playwright, 'install', 'chromium']],
  };
  const systemPackage: Way = {
    what: "installing the system's package",
    commands: [
      ['apt-get', 'update'],
      ['apt-get', 'install', '-y', '--no-install-recommends', 'chromium'],
    ],
  };
  return userId === 0 ? [download, systemPackage] : [download];
}

const howToGetOne =
  'There is no Chromium. Install one (apt-get install chromium), or run `npx playwright-core install --with-deps chromium`, or set CHROMIUM to its path.';
