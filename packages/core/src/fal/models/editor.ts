import { GENERATOR_LIMITS, type Generator, type ImageRequest } from './generator.ts';
import type { Limits, Model } from './model.ts';

/** What is drawn from pictures: of people, or a picture that is changed by words. */
export interface EditRequest extends Omit<ImageRequest, 'model'> {
  /** Addresses, one at least and `pictures` at most: what a model has too many of it drops silently, at either end. */
  readonly from: readonly string[];
}

/** Draws from pictures that are given with the request, with no training before. */
export interface Editor extends Model {
  readonly role: 'editor';
  /** Pictures that it really looks at. */
  readonly pictures: number;
  /** Different people that it keeps apart in one image; 0: it changes a picture, and draws nobody anew. */
  readonly people: number;
  /** Changes a picture by words ("another background"). */
  readonly changes: boolean;
  readonly perRequest: number;
  /** Says of each image whether it had to be held back; of one that does not, we look at what it made. */
  readonly flags: boolean;
  buildInput(request: EditRequest): Record<string, unknown>;
  readOutput: Generator['readOutput'];
}

/** Up to a minute of work with several pictures. */
export const EDITOR_LIMITS: Limits = { ...GENERATOR_LIMITS, unconfirmedMinutes: 5 };

/** Pixels of a picture that is sent to be drawn from: where it is billed at all, it is by the megapixel. */
export const REFERENCE_PIXELS = 1024 * 1024;
