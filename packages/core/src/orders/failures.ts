/** Why an order failed. Each has its words in the texts; none is an error message of somebody else. */
export const FAILURES = [
  /** The provider's account is locked, empty or refuses our key. Operators are alarmed. */
  'provider_account',
  /** The provider does not answer, or its own work failed. */
  'provider_down',
  /** The provider never said whether it took the request; it is not sent twice. */
  'provider_unconfirmed',
  'provider_refused',
  'content_policy',
  'flagged',
  'bad_photos',
  'no_face',
  'too_few_photos',
  'timeout',
  'result_gone',
  'bad_result',
  'file_too_big',
  'file_gone',
  'not_media',
  'not_text',
  'empty_file',
  'silence',
  'nothing_to_write',
  'internal',
] as const;

export type FailureReason = (typeof FAILURES)[number];
