export { HANDOVER_GOAL_MS, measureHandover } from './chaos/handover.ts';
export { startSystem, type System } from './chaos/system.ts';
export { Person } from './person.ts';
export { makePhotos } from './photos.ts';
export { type Product, startProduct } from './product.ts';
export { dustSettles } from './chaos/settle.ts';
export { hasButton, isImage, orderImages, trainAvatar, transcribe } from './steps.ts';
export { EN } from './words.ts';
