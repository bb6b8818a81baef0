export * from './avatars.ts';
export * from './credits.ts';
export * from './inbox.ts';
export * from './orders.ts';
export * from './payments.ts';
export * from './recordings.ts';
export * from './secrets.ts';
export * from './spending.ts';
export { chats, conversations, groupMessages, users } from './users.ts';
