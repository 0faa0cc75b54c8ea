/**
 * Installs the npm dependencies when package-lock.json asks for others than are installed. It runs before `npm start`
 * and the like, with whatever Node the machine has, so that it is plain JavaScript for Node 20. The scripts after it
 * then find Node 26, a devDependency, first on their PATH.
 *
 * One install at a time: while one runs, .liveroom/installing has the ids of its processes. Whoever finds that file
 * waits for them, or, if they are gone, begins anew: npm takes a half unpacked package for a whole one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const marker = join(root, '.liveroom/installing');
/** Becomes the marker once it is written: nobody reads half of it. */
const draft = `${marker}.${process.pid}`;

/** The packages of a lock file; undefined if it cannot be read. */
function packages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** npm notes in a hidden lock file what it has installed: less than asked for where a package is for another system. */
function isInstalled() {
  const wanted = packages('package-lock.json');
  const installed = packages('node_modules/.package-lock.json');
  if (wanted === undefined || installed === undefined) return false;
  // Made by an install script, which npm can be told to leave out.
  if (!existsSync(join(root, 'node_modules/.bin/node'))) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) return optional === true;
    return found.version === version && found.integrity === integrity;
  });
}

/** Whether a process is an install of ours, or npm's, and not another that has got its id since. */
function isInstalling(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('install');
  } catch {
    return false;
  }
}

/** What the install that goes on, or has been cut off, left; undefined if there is none. */
function begun() {
  try {
    return readFileSync(marker, 'utf8').split(' ');
  } catch {
    return undefined;
  }
}

function forgetHalf() {
  rmSync(join(root, 'node_modules'), { recursive: true, force: true });
  rmSync(marker, { force: true });
}

/** Waits for the install of another process; true if there was one. */
async function waited() {
  const isGoing = () => begun()?.some(isInstalling) ?? false;
  if (!isGoing()) return false;
  console.log('Another command is installing the npm dependencies: waiting for it.');
  while (isGoing()) await sleep(200);
  return true;
}

/** Runs npm to its end, or to the first signal, and returns the exit code. */
async function install() {
  // It may be the Node of node_modules, which has just been removed.
  const npm = existsSync(process.execPath) ? process.env.npm_execpath : undefined;
  const command = npm === undefined ? ['npm'] : [process.execPath, npm];
  // Not `npm ci`, which refuses a lock file that does not list the optional packages of every other system.
  const [file, ...args] = [...command, 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  // A process group of its own, so that everything that npm has started ends with it.
  const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  if (child.pid !== undefined) {
    writeFileSync(draft, `${process.pid} ${child.pid}`);
    renameSync(draft, marker);
  }
  let isCut = false;
  const cut = () => {
    if (!isCut && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    isCut = true;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, cut);
  try {
    const [code] = await once(child, 'exit');
    if (isCut) {
      forgetHalf();
      console.log('The install was stopped.');
      return 130;
    }
    rmSync(marker, { force: true });
    return code ?? 1;
  } catch (error) {
    rmSync(marker, { force: true });
    console.error(`npm cannot be run: ${error.message}`);
    return 1;
  }
}

/** Takes the turn to install: false if another process was faster. */
function claimed() {
  mkdirSync(join(root, '.liveroom'), { recursive: true });
  writeFileSync(draft, `${process.pid}`);
  try {
    linkSync(draft, marker);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft);
  }
}

async function main() {
  for (;;) {
    if (await waited()) continue;
    if (begun() !== undefined) {
      console.log('The last install of the npm dependencies was cut off: beginning anew.');
      forgetHalf();
    }
    if (isInstalled()) return 0;
    if (!claimed()) continue;
    console.log('Installing the npm dependencies: about a minute.');
    return await install();
  }
}

process.exitCode = await main();
