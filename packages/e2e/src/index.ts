export { HANDOVER_GOAL_MS, measureHandover } from './chaos/handover.ts';
export { startSystem, type System } from './chaos/system.ts';
export { Person } from './person.ts';
export { makePhotos } from './photos.ts';
export { type Product, startProduct } from './product.ts';
export { isImage, orderImages, trainAvatar } from './steps.ts';
export { EN } from './words.ts';
