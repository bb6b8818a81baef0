export type {
  Body,
  Bucket,
  ListedObject,
  ObjectAddress,
  ObjectInfo,
  SignedUrlOptions,
  Storage,
} from './storage.ts';
export { objectKey, ownerPrefix, type Subject } from './keys.ts';
