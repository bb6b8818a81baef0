export {
  makeAvatar,
  makeOrder,
  makeRecording,
  makeTrained,
  orderNow,
  recordingNow,
  trainable,
} from './testing/making.ts';
export { statementsOf, survives } from './testing/death.ts';
export { eventually } from './testing/eventually.ts';
export { FREE_OF_CHARGE } from './testing/prices.ts';
export { picture, pictures } from './testing/pictures.ts';
export { startWork } from './testing/work.ts';
export {
  type Enqueued,
  startTestParts,
  TEST_SALES,
  type TestParts,
  type TestPartsOptions,
  WIDE_SHARES,
} from './testing/parts.ts';
