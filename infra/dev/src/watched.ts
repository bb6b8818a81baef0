import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folders whose change restarts an app: its own sources and those of every package of ours that it is built on.
 * Not what it imports, as Node's own `--watch` takes it: packages of others lie in `node_modules` as hard links, and every
 * installation of another checkout that makes or removes a link to one of those files would look like a change of it.
 */
export function watchedFolders(root: string, app: string): string[] {
  const folders = new Set([join('apps', app)]);
  for (const folder of folders)
    for (const name of dependenciesOf(join(root, folder))) folders.add(join('packages', name));
  return Array.from(folders, (folder) => join(root, folder, 'src'));
}

/** Of our own packages, by the names of their folders. */
function dependenciesOf(folder: string): string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('dependencies' in manifest)) return [];
  return Object.keys(manifest.dependencies ?? {}).flatMap(
    (name) => /^@aisha\/(.+)$/.exec(name)?.slice(1) ?? [],
  );
}
