export {
  createStorage,
  type Body,
  type Bucket,
  type ListedObject,
  type ObjectAddress,
  type ObjectInfo,
  type SignedUrlOptions,
  type Storage,
} from './storage.ts';
export { objectKey, ownerPrefix, type Subject } from './keys.ts';
