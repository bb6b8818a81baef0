/**
 * As whom somebody waits for their turn: people each for themselves, all groups in whose name somebody writes together.
 * Who that is Telegram does not say, and one person may have any number of groups.
 */
export const waitsAs = (ownerId: number): number => Math.max(ownerId, -1);
