import { checks } from './checks.ts';
import { editors } from './editors.ts';
import { generators } from './generators.ts';
import type { Model } from './model.ts';
import { speech } from './speech.ts';
import { trainers } from './trainers.ts';
import { upscalers } from './upscalers.ts';
import { videos } from './videos.ts';

const MODELS: ReadonlyMap<string, Model> = new Map(
  Object.entries({ ...trainers, ...generators, ...editors, ...upscalers, ...checks, ...videos, ...speech }),
);

/** `workflows/…` and `comfy/…` ids carry one more segment before owner and app. */
const NAMESPACES = new Set(['workflows', 'comfy']);

/** Owner and app of a full model id: what status, result and cancel are asked under. */
export function appOf(model: string): string {
  const segments = model.split('/');
  return segments.slice(0, NAMESPACES.has(segments[0] ?? '') ? 3 : 2).join('/');
}

export function findModel(id: string): Model | null {
  return MODELS.get(id) ?? null;
}

/** Whether some model lives under this owner and app. */
export function knownApp(app: string): boolean {
  return [...MODELS.keys()].some((id) => appOf(id) === app);
}
