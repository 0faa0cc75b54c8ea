/**
 * Installs the npm dependencies when package-lock.json asks for others than are installed. It runs before `npm start`
 * and the like, with whatever Node the machine has, so that it is plain JavaScript for Node 20. The scripts after it
 * then find Node 26, a devDependency, first on their PATH.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The packages of a lock file; undefined if it cannot be read. */
function packages(file) {
  try {
    return JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).packages;
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
  if (!existsSync(new URL('../node_modules/.bin/node', import.meta.url))) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) return optional === true;
    return found.version === version && found.integrity === integrity;
  });
}

if (!isInstalled()) {
  console.log('Installing the npm dependencies: about a minute.');
  const npm = process.env.npm_execpath;
  const command = npm === undefined ? ['npm'] : [process.execPath, npm];
  // Not `npm ci`, which refuses a lock file that does not list the optional packages of every other system.
  const [file, ...args] = [...command, 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error } = spawnSync(file, args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) console.error(`npm cannot be run: ${error.message}`);
  process.exitCode = status ?? 1;
}
