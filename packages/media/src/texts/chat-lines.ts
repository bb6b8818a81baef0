/** What somebody wrote in a chat. */
export interface ChatLine {
  /** As the chat writes it; a line of its own wherever it changes. */
  readonly day: string;
  readonly from: string;
  readonly text: string;
}

/** A chat as a text: days, and who wrote what; those who write nothing are left out. */
export function chatText(lines: readonly ChatLine[]): string {
  const said: string[] = [];
  let day = '';
  for (const line of lines) {
    const text = line.text.replaceAll(/[ \t]*\n[ \t]*/g, '\n').trim();
    if (text === '') continue;
    if (line.day !== day) {
      said.push(...(said.length > 0 ? [''] : []), line.day);
      day = line.day;
    }
    const from = line.from.replaceAll(/\s+/g, ' ').trim();
    said.push(from === '' ? text : `${from}: ${text}`);
  }
  return said.join('\n');
}
