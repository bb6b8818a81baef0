/** Values kept in jsonb columns and in text columns with a closed set of words. */

export const LANGUAGES = ['ru', 'kk', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
export const isLanguage = (code: string): code is Language => LANGUAGES.some((one) => one === code);

/** A file in one of our buckets. */
export const BUCKETS = ['avatars', 'transcripts', 'generated'] as const;
export interface ObjectRef {
  readonly bucket: (typeof BUCKETS)[number];
  readonly key: string;
}

/** An object as it goes into an export; with `from` and `to` a cut of it, in bytes. */
export interface ExportItem extends ObjectRef {
  readonly name: string;
  readonly from?: number;
  readonly to?: number;
}

/** Where somebody is spoken to. */
export interface Place {
  readonly chatId: number;
  readonly threadId?: number | null | undefined;
}

/** `image`, `style`: not the message's id but the file's is kept, so that it is not uploaded again. */
export const BIND_TARGETS = ['order', 'avatar', 'image', 'style'] as const;

/**
 * One Bot API call that is owed. Fields of `files` are uploads read from our storage when the call is made
 * and put into `payload` under the same name. Only add optional fields: a release finds what the one before it owed.
 */
export interface OwedCall {
  readonly method: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, ObjectRef & { readonly filename: string }>> | undefined;
  /**
   * A button that leads to an object for so many seconds. Its address is signed when the call is made: whoever has it has the
   * object, so it stands in no row and in no log.
   */
  readonly link?:
    | (ObjectRef & { readonly filename: string; readonly label: string; readonly seconds: number })
    | undefined;
  /** Where the id of the sent message is kept, so that it can be edited later. */
  readonly bind?: { readonly to: (typeof BIND_TARGETS)[number]; readonly id: string } | undefined;
  /** Whom a message in a group answers: it is theirs, and its buttons are. */
  readonly answers?: number | undefined;
  /** What is done in its place where the chat does not take it; nothing: it is left out. */
  readonly instead?: readonly OwedCall[] | undefined;
}

export const UPDATE_STATES = ['pending', 'decided', 'done'] as const;
/** `quoted` waits for its owner's consent: nothing of it runs. */
export const ORDER_STATES = ['quoted', 'queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type OrderState = (typeof ORDER_STATES)[number];

export type Stage =
  | 'queued'
  | 'uploading'
  | 'submitting'
  | 'provider_queue'
  | 'training'
  | 'drawing'
  | 'checking_prompt'
  | 'collecting'
  | 'downloading'
  | 'cutting'
  | 'transcribing'
  /** The provider does not answer; it is tried until `until`. */
  | 'provider_silent'
  | 'writing'
  /** Providers were asked for as much as the service may spend in a day; it begins by `until`. */
  | 'over_budget'
  /** A provider refuses our account, or operators paused it; it begins when that is over, and fails at `until`. */
  | 'provider_closed';

/** How far an order is; what the status message shows. */
export interface Progress {
  readonly stage: Stage;
  readonly done?: number;
  readonly total?: number;
  readonly position?: number;
  /** ISO 8601. */
  readonly until?: string;
}

export const AVATAR_STATES = ['draft', 'training', 'ready', 'failed', 'deleted'] as const;
export type AvatarState = (typeof AVATAR_STATES)[number];
export const PHOTO_STATES = ['received', 'accepted', 'rejected'] as const;
/** Why a photo was turned down. */
export type PhotoProblem =
  | 'too_big'
  | 'gone'
  | 'unreadable'
  | 'unsupported_format'
  | 'too_many_pixels'
  | 'too_costly'
  | 'too_small'
  | 'same_as_another'
  | 'archive_empty'
  | 'archive_encrypted'
  | 'archive_too_big'
  | 'archive_unreadable'
  | 'too_many'
  | 'dark'
  | 'no_face'
  | 'several_faces'
  | 'face_small'
  | 'face_blurred';
/** What is asked of a photo that counts until its owner takes it away. */
export const PHOTO_DOUBTS = [
  'no_face',
  'several_faces',
  'face_small',
  'face_blurred',
  'face_hidden',
  'another_person',
] as const;
export type PhotoDoubt = (typeof PHOTO_DOUBTS)[number];

/** Of the main face of a photo, for what is missing in the set; units as `media` measures them. Nothing that tells who it is. */
export interface FaceFacts {
  readonly width: number;
  readonly yaw: number;
  readonly light: number;
  readonly clothes: readonly [number, number, number] | null;
}
export const AVATAR_KINDS = ['portrait', 'style'] as const;
export type AvatarKind = (typeof AVATAR_KINDS)[number];
export const SUBJECTS = ['man', 'woman', 'neutral'] as const;
export type Subject = (typeof SUBJECTS)[number];

/**
 * `submitting` was committed before the request and stays while its outcome is unknown; `cancelling` is given up
 * here and still has to be cancelled at FAL.
 */
export const FAL_JOB_STATES = [
  'created',
  'submitting',
  'submitted',
  'cancelling',
  'completed',
  'failed',
  'cancelled',
] as const;
export type FalJobState = (typeof FAL_JOB_STATES)[number];

/**
 * `link`: an address, which stands in the place of Telegram's file id; `voices`: several, one after the other; `merged`:
 * recordings that became one, `parts`.
 */
export type RecordingSource =
  | 'voice'
  | 'audio'
  | 'video'
  | 'video_note'
  | 'document'
  | 'text'
  | 'link'
  | 'voices'
  | 'merged';

/** One of several voices that became one recording. */
export interface Voice {
  readonly fileId: string;
  readonly fileSize: number | null;
  /** Who sent it, by the name that Telegram shows. */
  readonly sender: string | null;
}

/** Who speaks between two times of the sample, in milliseconds. */
export interface RollCall {
  readonly speaker: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A word of a piece with its times in milliseconds from the start of the recording. */
export interface PieceWord {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  readonly speaker?: string;
  readonly confidence?: number;
  /** The recogniser said when; otherwise it is worked out from the sound. */
  readonly told?: boolean;
}

/** `words`: its own first words. `model`, `document`: what a text model, a document over it found it to be about. */
export type TitleSource = 'words' | 'model' | 'document' | 'person';

/** A stretch of speech with its times in milliseconds from the start of the recording. */
export interface Segment {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  readonly speaker?: string;
  /** Places in `text`, in UTF-16 units, of words that the recogniser itself doubts. */
  readonly unsure?: readonly { readonly from: number; readonly to: number }[];
}

/** Width to height of an image. */
export const ASPECT_NAMES = ['1:1', '3:4', '4:3', '9:16', '16:9'] as const;
export type Aspect = (typeof ASPECT_NAMES)[number];

/** A recording that another one is made of: where in that one it begins, as a line (from 1) and in milliseconds. */
export interface RecordingPart {
  readonly recordingId: string;
  readonly firstLine: number;
  readonly startMs: number;
}

/** A line as search shows it: its number in the recording (of a document: of what it speaks of), when it was said. */
export interface PassageLine {
  readonly line: number | null;
  readonly startMs: number | null;
  readonly text: string;
}

/** What recordings say to a question; every quote was found in them. */
export interface Answer {
  readonly text: string;
  readonly quotes: readonly {
    readonly recordingId: string;
    readonly documentId: string | null;
    readonly line: number | null;
    readonly startMs: number | null;
    readonly text: string;
  }[];
}

/** What its person wrote in the place of a segment's text; the segment by its number in the transcript, from 0. */
export interface Correction {
  readonly segment: number;
  readonly text: string;
}

/** When the bot hears recordings in a group: when it is called, always, never. */
export const GROUP_MODES = ['reply', 'automatic', 'silent'] as const;
export type GroupMode = (typeof GROUP_MODES)[number];

/** Why a balance changed. Only add: rows keep these words for ever. */
export const LEDGER_REASONS = [
  'legacy_balance',
  'promo_code',
  'welcome',
  'order',
  'payment',
  'promo_bonus',
  'payment_refund',
  /** A refund that the provider refused: the credits are given back. */
  'refund_undone',
  'referral',
  /** Given or taken by an operator, who said why. */
  'operator',
  /** An operator gave back what an order had cost. */
  'order_refund',
  /** An avatar turned out not to be like its photos; its owner chose the money. */
  'unlike_refund',
] as const;
export type LedgerReason = (typeof LEDGER_REASONS)[number];

/** Credits at once; more credits, or a lower price, with the next top-up. */
export const PROMO_KINDS = ['credits', 'bonus', 'discount'] as const;
export type PromoCodeKind = (typeof PROMO_KINDS)[number];

export type PaymentState = 'paid' | 'refunding' | 'refunded';
/** How we heard of it: the provider told, or its statement was read. */
export type PaymentSource = 'update' | 'statement';
/** `failed`: the last renewal was not paid. */
export type SubscriptionState = 'active' | 'cancelled' | 'failed';
/** `doubted`: an operator decides. */
export type ReferralState = 'waiting' | 'credited' | 'doubted' | 'rejected';

/** Why an order failed. Each has its words in the texts; none is an error message of somebody else. */
export const FAILURES = [
  /** The provider's account is locked, empty or refuses our key. Operators are alarmed. */
  'provider_account',
  /** The provider does not let us use the model that does this. Operators are alarmed; other work goes on. */
  'provider_model',
  /** The provider does not answer, or its own work failed. */
  'provider_down',
  /** The provider never said whether it took the request; it is not sent twice. */
  'provider_unconfirmed',
  'provider_refused',
  'content_policy',
  /** It would undress somebody. */
  'undressing',
  /** It names a real person, who has not agreed to it. */
  'real_person',
  'flagged',
  /** Of an avatar there is no photo any more that it could be drawn from. */
  'no_photos_left',
  /** The picture that is to be changed is gone. */
  'picture_gone',
  'bad_photos',
  /** Somebody in the photos is, or may be, under age. */
  'photos_minor',
  /** Nudity in the photos, or perhaps. */
  'photos_nudity',
  /** The model that looks for both gives no answer that could be understood. */
  'photos_unjudged',
  'no_face',
  'too_few_photos',
  'timeout',
  'result_gone',
  'bad_result',
  'file_too_big',
  'file_gone',
  /** There is no file at the link, or not in time. */
  'link_gone',
  /** The link leads where nobody but its owner may look: a private address, a password. */
  'link_refused',
  /** A page, not a file. */
  'link_page',
  /** The self-hosted Bot API server has it, and we cannot read it. The log says what an operator has to mend. */
  'file_unreachable',
  'not_media',
  /** A video without a sound track. */
  'no_sound',
  'damaged',
  'too_long',
  /** Reading it went beyond time or memory. */
  'too_costly',
  /** Neither sound nor text. */
  'unknown_file',
  'not_text',
  'text_too_long',
  /** A document of pictures of paper. */
  'scanned',
  /** It asks for a password. */
  'locked',
  /** More paid calls than one recording, or one person in a day, may take. */
  'too_much_of_one',
  'too_much_today',
  'empty_file',
  'silence',
  'nothing_to_write',
  /** A picture shows what its person wants hidden from models. */
  'masked',
  /** More pages than a file may have. */
  'export_too_long',
  /** The letters of its language are not in our fonts. */
  'export_no_letters',
  /** There is nothing of it that the format could show. */
  'export_empty',
  'internal',
] as const;

export type FailureReason = (typeof FAILURES)[number];

/** What operators do, as the audit names it. Only add: rows keep these words for ever. */
export type OperatorAction =
  | 'credits.grant'
  | 'credits.take'
  | 'user.block'
  | 'user.unblock'
  | 'user.erase'
  | 'user.export'
  | 'order.retry'
  | 'order.refund'
  | 'payment.refund'
  | 'promo.create'
  | 'promo.stop'
  | 'maintenance.begin'
  | 'maintenance.end'
  | 'broadcast.start'
  | 'broadcast.pause'
  | 'broadcast.resume'
  | 'broadcast.cancel'
  | 'provider.pause'
  | 'provider.resume'
  | 'cap.raise';

/** A message to many, as it is sent: only add optional fields. */
export interface BroadcastContent {
  readonly text: string;
  /** The text's formatting, as Telegram gave it with the text. */
  readonly entities?: readonly Readonly<Record<string, unknown>>[] | undefined;
  /** The text is HTML of Telegram's kind. */
  readonly html?: boolean | undefined;
  /** Telegram's id of a photo, or an address that Telegram fetches. */
  readonly photo?: string | undefined;
  /** One below the other. */
  readonly buttons?: readonly { readonly text: string; readonly url: string }[] | undefined;
}

/** Whom it is for; what is left out does not matter. */
export interface BroadcastAudience {
  /** Seen within so many days. */
  readonly activeDays?: number | undefined;
  readonly language?: Language | undefined;
  /** Those who have credits, or those who have none. */
  readonly credits?: 'with' | 'without' | undefined;
}

export type BroadcastState = 'draft' | 'running' | 'paused' | 'finished' | 'cancelled';
/**
 * `skipped`: cannot be reached, or blocked by an operator. `refused`: Telegram did not take it. `uncertain`: nobody knows
 * whether they got it.
 */
export const RECIPIENT_STATES = ['waiting', 'sending', 'sent', 'skipped', 'refused', 'uncertain'] as const;
export type RecipientState = (typeof RECIPIENT_STATES)[number];
