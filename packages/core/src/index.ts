export * from './avatars/avatars.ts';
export { CONSENT_VERSION } from './avatars/faces.ts';
export { finishInstant } from './avatars/instant.ts';
export { type Choice, choiceFor, redoTraining, refundUnlike } from './avatars/likeness.ts';
export * from './avatars/shares.ts';
export * from './avatars/photo-set.ts';
export { counterShown, judgePhoto, samePhoto } from './avatars/photos.ts';
export { isWorthAnotherTry, orderAgain } from './orders/again.ts';
export { auditAndAlarm } from './orders/audit.ts';
export { type Account, accountOf, openAccount } from './credits/holds.ts';
export {
  audienceSize,
  type Broadcast,
  changeDraft,
  draftBroadcast,
  findBroadcast,
  listBroadcasts,
  showBroadcastIn,
  type Step,
  type Tally,
  tallyOf,
} from './broadcasts/broadcasts.ts';
export {
  claimRecipient,
  noteLost,
  type Recipient,
  settleRecipient,
  waitingRecipients,
} from './broadcasts/recipients.ts';
export { readButtons } from './broadcasts/content.ts';
export { endBroadcast, keepBroadcast } from './broadcasts/run.ts';
export { stepBroadcastBy } from './operators/broadcasts.ts';
export { balanceOf, type LedgerPage, ledgerPage, postEntry } from './credits/ledger.ts';
export { type Document, findDocument, orderDocument } from './documents/documents.ts';
export * from './credits/promo-codes.ts';
export {
  DOCUMENT_KINDS,
  type DocumentBlock,
  documentBlocks,
  type DocumentKind,
  documentKinds,
  isDocumentKind,
  kindOf,
} from './documents/kinds/index.ts';
export { LONGEST_LANGUAGE, nameIn, OFFERED_LANGUAGES, readLanguage } from './documents/languages.ts';
export { linesOf, readMaterial } from './documents/lines.ts';
export { addSlide, findSlide } from './documents/slides.ts';
export {
  dayIn,
  findDue,
  forgetReminders,
  moveReminders,
  remindOf,
  tasksDueOn,
} from './documents/reminders.ts';
export { toggleTask } from './documents/marks.ts';
export * from './documents/templates.ts';
export { type Excerpt, excerptOf } from './exports/excerpt.ts';
export * from './exports/exports.ts';
export { webhookAddress } from './fal/jobs.ts';
export {
  checkModels,
  modelAt,
  modelProblems,
  olderTrainer,
  speechModelNamed,
  trainerFor,
} from './fal/models/index.ts';
export { QUALITIES, type Quality } from './fal/models/index.ts';
export { PRESETS, type PresetName, type Trainer } from './fal/models/trainer.ts';
export {
  createWebhookTokens,
  currentWebhookSecret,
  rotateWebhookSecret,
  type WebhookTokens,
} from './fal/webhook-secrets.ts';
export { createSimulatedFal } from './fal/simulated.ts';
export { lookAtGroup } from './groups/look.ts';
export * from './groups/rules.ts';
export { coreHandlers } from './handlers.ts';
export { indexRecording } from './history/index-recording.ts';
export {
  type Cursor,
  findCursor,
  HISTORY_PAGE,
  type HistoryFilter,
  historyPage,
  type HistoryPage,
} from './history/list.ts';
export { digestHour, orderDigest, scheduleDigest } from './history/digest.ts';
export { orderAnswer, QUESTION, type Question } from './history/questions.ts';
export { mergeable, MOST_MERGED, orderMerge, partsOf, splitRecording } from './history/merge.ts';
export {
  addTags,
  findTag,
  LONGEST_TAG,
  MOST_TAGS,
  type Tag,
  tagsIn,
  tagsOf,
  tagsOn,
  toggleTag,
} from './history/tags.ts';
export { findReadable, placeIn } from './history/place.ts';
export { type Found, type Hit, MOST_RANKED, type Scope, searchHistory } from './history/search.ts';
export { ASPECT_NAMES, type Aspect } from './images/aspects.ts';
export { orderEdit, orderUpscale, orderVideo, QUICK_EDIT_NAMES, type QuickEdit } from './images/changes.ts';
export {
  EVERYTHING,
  galleryAvatars,
  galleryCard,
  type GalleryCard,
  type GalleryFilter,
  galleryMonths,
  type GalleryPlace,
} from './images/gallery.ts';
export * from './images/images.ts';
export { PACKS, packNamed, type StylePack } from './images/packs.ts';
export { orderSeries, seriesInput } from './images/series.ts';
export {
  orderStylePreview,
  packsWithoutPreview,
  stylePreview,
  type StylePreview,
} from './images/style-preview.ts';
export { refusedWords } from './images/refused-words.ts';
export { CLAIM, ClaimLost, type CallParts, makeCalls, sendOwed } from './inbox/calls.ts';
export { albumMessages, forwardedVoices } from './inbox/album.ts';
export { beginEpoch, endEpoch, keepBatch, keepUpdates, openLanes } from './inbox/commit.ts';
export { createDispatcher, type Dispatcher, type LaneOptions } from './inbox/dispatch.ts';
export type { Decider, InboxParts, LaneOutcome } from './inbox/inbox.ts';
export { incoming, type IncomingUpdate } from './inbox/lanes.ts';
export { owedCalls, readStored } from './inbox/owed.ts';
export { poisonedUpdates, replayUpdate } from './inbox/poison.ts';
export { inPrivate } from './inbox/ways.ts';
export { heldByMaintenance, type Maintenance, maintenanceNow, toldOf } from './maintenance/maintenance.ts';
export { messageKeepers } from './message-keepers.ts';
export {
  type Alarm,
  type Mended,
  type MoneyAlarm,
  notificationBody,
  notify,
  tellAgain,
  type PaymentAlarm,
} from './notifications/notifications.ts';
export { pendingNotifications } from './notifications/sweep.ts';
export { asOrderKind, isOrderKind, type OrderKind, orderKinds } from './order-kinds.ts';
export {
  acceptOrder,
  cancelOrder,
  stopOrder,
  failOrder,
  failOrderOf,
  startOrder,
  creditsFor,
  findOrder,
  type OrderRefusal,
  type Placed,
  priceOf,
} from './orders/orders.ts';
export { openFoundation } from './foundation.ts';
export { checkPrices, priceProblems } from './prices-check.ts';
export type { DeciderParts, Run, WorkerParts } from './parts.ts';
export { agreeToCheckout, type CheckoutRefusal } from './payments/checkout.ts';
export {
  findInvoice,
  type Invoice,
  invoicePack,
  type Offer,
  offerOf,
  payloadOf,
  salesClosed,
  setSalesStopped,
  waitingOf,
  type WaitingCode,
} from './payments/invoices.ts';
export { forgiveDebt, noteRefund, openDebts, refundPayment, type RefundRequest } from './payments/refunds.ts';
export {
  bindReferral,
  decideReferral,
  type Doubt,
  invitesAnybody,
  listReferrals,
  type Referral,
  referralCode,
  referralCounts,
  settleReferrals,
} from './referrals/referrals.ts';
export {
  answerSupport,
  askSupport,
  findSupportMessage,
  openQuestions,
  type SupportMessage,
  supportTalk,
} from './support/support.ts';
export { readStatements } from './payments/statement.ts';
export { findPayment, keepPayment, listPayments, type Payment, type Received } from './payments/payments.ts';
export { PROVIDER_NAMES, type ProviderName } from './payments/providers/index.ts';
export { addTerms, removeTerms, termsIn, termsOf } from './recordings/vocabulary.ts';
export { heardSoFar } from './recordings/stop.ts';
export { createRecognisers } from './recordings/recognisers.ts';
export {
  findSubscription,
  invoiceLink,
  noteSubscription,
  offerPlan,
  type Subscription,
  subscriptionOf,
  wantSubscription,
} from './payments/subscriptions.ts';
export * from './recordings/recordings.ts';
export {
  correctRecording,
  type Corrected,
  doubtsOf,
  settled,
  type Unsure,
} from './recordings/corrections.ts';
export { paragraphsOf } from './recordings/cues.ts';
export { type Meant, passageMeant } from './recordings/passage.ts';
export {
  readableInMessage,
  recordingInMessage,
  type Result,
  resultInMessage,
  resultOf,
} from './recordings/results.ts';
export { nameSpeaker, readName, rememberedNames, speakersOf } from './recordings/speakers.ts';
export { readTitle, renameRecording, TITLE_LENGTH } from './recordings/title.ts';
export {
  readTranscript,
  type Transcript,
  transcriptInRow,
  type TranscriptSegment,
} from './recordings/transcript.ts';
export { chooseHearing, type HearingChoice } from './recordings/hearing-choice.ts';
export { hearingIn, secondsOf } from './recordings/transcription-order.ts';
export { type ActionEntry, listActions, noteAction, type Operator } from './operators/audit.ts';
export {
  adjustCredits,
  type Adjusted,
  type OrderRefund,
  refundOrder,
  refundPaymentBy,
} from './operators/credits.ts';
export { type Figures, figures } from './operators/figures.ts';
export {
  failedOrders,
  listOrders,
  type OrdersPage,
  ordersPage,
  type Retried,
  retryOrder,
} from './operators/orders.ts';
export { beginMaintenanceBy, endMaintenanceBy } from './operators/maintenance.ts';
export { blockPerson, findPerson, type PersonCard, personCard } from './operators/people.ts';
export { createPromoCodeBy, stopPromoCodeBy } from './operators/promo.ts';
export { applyRetention, RETENTION } from './retention.ts';
export { noteConsent } from './privacy/consents.ts';
export { disclose, disclosed, type Disclosed } from './privacy/disclosures.ts';
export { type ErasureStep, type Receipt, runErasure, type TellReceipt } from './privacy/erase.ts';
export {
  askErasure,
  cancelErasure,
  CHANGE_OF_MIND_HOURS,
  type Erasure,
  eraseAgain,
  hashOf,
} from './privacy/erasure.ts';
export {
  askExport,
  EXPORTS_KEPT_DAYS,
  failDataExport,
  findDataExport,
  makeDataExport,
  type PartSizes,
  tellLinksAgain,
} from './privacy/export.ts';
export { HOME_ZONE, SETTING_NAMES, type SettingName, type Settings } from './settings/catalogue.ts';
export { chooseSetting, settingsIn, settingsOf } from './settings/settings.ts';
export { countWaiting, isPaused, openBreaker } from './breaker/breaker.ts';
export { type AlarmBody, CAP_STEP, findAlarm, mendByAlarm, type Mending } from './operators/alarms.ts';
export { watchBalance, watchSpending } from './breaker/watch.ts';
export { sweep } from './sweeper.ts';
export { type Order, transact, type Unit } from './unit.ts';
export { moveChat } from './users/move-chat.ts';
export { ownersOfMessages } from './users/group-messages.ts';
export * from './users/users.ts';
export { isShareRefusal, type ShareRefusal } from './orders/shares.ts';
