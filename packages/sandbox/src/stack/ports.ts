import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../services/ports.ts';

/** The ports of the last start where they are still free: addresses that were given out stay good. */
export async function choosePorts(
  dataDir: string,
  components: readonly string[],
  chosen: Readonly<Record<string, number>>,
): Promise<(name: string) => number> {
  const unknown = Object.keys(chosen).filter((name) => !components.includes(name));
  if (unknown.length > 0) {
    throw new Error(`no component is called ${unknown.join(', ')}: there are ${components.join(', ')}`);
  }
  const file = join(dataDir, 'ports.json');
  const remembered = readPorts(file);
  const ports = new Map<string, number>();
  for (const name of components) ports.set(name, chosen[name] ?? (await freePort(remembered.get(name))));
  writeFileSync(file, JSON.stringify(Object.fromEntries(ports), null, 2));
  return (name) => {
    const port = ports.get(name);
    if (port === undefined) throw new Error(`no port was chosen for ${name}`);
    return port;
  };
}

function readPorts(file: string): Map<string, number> {
  if (!existsSync(file)) return new Map();
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return new Map(entries.flatMap(([name, port]) => (typeof port === 'number' ? [[name, port]] : [])));
  } catch {
    return new Map();
  }
}
