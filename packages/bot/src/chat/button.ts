const made = Symbol('made by the catalogue');

/** A button: what it says and the data that its press brings. Only the catalogue makes one. */
export interface Button {
  readonly text: string;
  readonly data: string;
  readonly [made]: true;
}

/** A button that leads to an address: an invoice, sharing a link, or a file of one's own for some hours. */
export interface LinkButton {
  readonly text: string;
  readonly url: string;
}

/** Telegram's limit; longer data is refused as BUTTON_DATA_INVALID. */
export const CALLBACK_DATA_BYTES = 64;

export function makeButton(text: string, data: string): Button {
  if (Buffer.byteLength(data) > CALLBACK_DATA_BYTES) throw new Error(`callback data too long: ${data}`);
  return { text, data, [made]: true };
}

/** So many in a row, the last row with what is left. */
export function rows(buttons: readonly Button[], perRow: number): Button[][] {
  return Array.from({ length: Math.ceil(buttons.length / perRow) }, (_row, n) =>
    buttons.slice(n * perRow, (n + 1) * perRow),
  );
}
