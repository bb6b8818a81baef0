import { avatarHandlers } from './avatars/handlers.ts';
import { documentHandlers } from './documents/handlers.ts';
import { falHandlers } from './fal/handlers.ts';
import { groupHandlers } from './groups/handlers.ts';
import { historyHandlers } from './history/handlers.ts';
import { falOrders } from './order-kinds.ts';
import { firstPictureHandlers } from './images/first-pictures.ts';
import type { WorkerParts } from './parts.ts';
import { paymentHandlers } from './payments/handlers.ts';
import { operatorHandlers } from './operators/handlers.ts';
import { recordingHandlers } from './recordings/handlers.ts';

/** Every job whose work is ours alone. One of the catalogue that is neither here nor the bot's does not compile in the worker. */
export const coreHandlers = (parts: WorkerParts) => ({
  ...falHandlers({ ...parts, falOrders }),
  ...avatarHandlers(parts),
  ...firstPictureHandlers(parts),
  ...recordingHandlers(parts),
  ...documentHandlers(parts),
  ...historyHandlers(parts),
  ...paymentHandlers(parts),
  ...operatorHandlers(parts),
  ...groupHandlers(parts),
});
