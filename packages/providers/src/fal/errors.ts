import { shorten } from '@aisha/service';
import { z } from 'zod';
import { isRecord } from '../shapes.ts';

export interface FalErrorDetail {
  /** Stable name such as `content_policy_violation`; empty where FAL gave only text. */
  readonly type: string;
  /** For people and logs; FAL warns not to match on it. */
  readonly msg: string;
}

/** Why a job failed, in our own stable words; texts for users are found by them. */
export type FalErrorReason =
  | 'content_policy'
  | 'nsfw'
  | 'bad_archive'
  | 'too_few_images'
  | 'bad_image'
  | 'no_face'
  | 'timeout'
  | 'provider'
  | 'locked'
  | 'unknown';

const reasonsByType: Readonly<Record<string, FalErrorReason>> = {
  content_policy_violation: 'content_policy',
  no_media_generated: 'nsfw',
  nsfw_content_detected: 'nsfw',
  invalid_archive: 'bad_archive',
  archive_file_count_exceeds_maximum: 'bad_archive',
  archive_file_count_below_minimum: 'too_few_images',
  image_too_small: 'bad_image',
  image_too_large: 'bad_image',
  image_load_error: 'bad_image',
  unsupported_image_format: 'bad_image',
  file_too_large: 'bad_image',
  face_detection_error: 'no_face',
  generation_timeout: 'timeout',
  request_timeout: 'timeout',
  startup_timeout: 'timeout',
  internal_server_error: 'provider',
  internal_error: 'provider',
  downstream_service_error: 'provider',
  downstream_service_unavailable: 'provider',
  // The photo or LoRA address: ours, or FAL's own storage; not the user's fault.
  file_download_error: 'provider',
  runner_scheduling_failure: 'provider',
  runner_connection_timeout: 'provider',
  runner_disconnected: 'provider',
  runner_connection_refused: 'provider',
  runner_connection_error: 'provider',
  runner_incomplete_response: 'provider',
  runner_server_error: 'provider',
  user_locked: 'locked',
};

/** The reason of a failed job: the first detail whose type we know, then its words, then the status. */
export function falErrorReason(
  details: readonly FalErrorDetail[],
  status: number | null = null,
): FalErrorReason {
  for (const { type } of details) {
    const reason = reasonsByType[type];
    if (reason !== undefined) return reason;
  }
  if (details.some(({ msg }) => isLockText(msg))) return 'locked';
  if (status === 504) return 'timeout';
  return status !== null && status >= 500 ? 'provider' : 'unknown';
}

/** "User is locked. Reason: Exhausted balance. …" and its kin: the whole account is closed, not this request. */
export function isLockText(text: string): boolean {
  return /user is locked|exhausted balance|budget exceeded|payment method/i.test(text);
}

const detailShape = z.object({ type: z.string().catch(''), msg: z.string().catch('') });
// The service's own words, shortened: they go into rows and logs.
const LONGEST_TEXT = 500;

/** Reads each of FAL's error bodies: `detail` as a list, as one of it, as a text with `error_type`, or nothing readable. */
export function errorDetails(body: unknown): FalErrorDetail[] {
  if (!isRecord(body)) return [];
  const { detail, error_type: errorType } = body;
  const type = typeof errorType === 'string' ? errorType : '';
  if (Array.isArray(detail) || isRecord(detail)) {
    return [detail].flat().flatMap((one) => {
      const parsed = detailShape.safeParse(one);
      return parsed.success ? [{ type: parsed.data.type, msg: shorten(parsed.data.msg, LONGEST_TEXT) }] : [];
    });
  }
  if (typeof detail === 'string') return [{ type, msg: shorten(detail, LONGEST_TEXT) }];
  return type === '' ? [] : [{ type, msg: '' }];
}

/** The details' types in one line: of its texts FAL says that they may repeat the input. */
export function detailTypes(details: readonly FalErrorDetail[]): string {
  return details
    .map(({ type, msg }) => (/^[a-z_]{3,60}$/.test(type) ? type : isLockText(msg) ? 'locked' : 'untyped'))
    .join('; ');
}
