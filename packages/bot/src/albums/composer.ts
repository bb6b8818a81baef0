import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { isCollecting, keptText } from '../avatars/kept.ts';
import { button } from '../buttons.ts';
import { kindOfFile } from '../chat/attached.ts';
import type { AlbumPart } from '../chat/memory.ts';
import type { Screen } from '../chat/screen.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { cancelButton, menuButton } from '../menu/screens.ts';

/**
 * An album of files of several kinds gets one answer, that says what to do with each kind; then every part goes the way
 * of its kind, in silence. Where photos are collected, all of it is meant for them.
 */
export function albumsComposer() {
  const composer = new Composer();
  composer.on(message('document'), async (ctx, next) => {
    const turn = turnOf(ctx);
    const album = ctx.message.media_group_id;
    if (turn.isPrivate && album !== undefined && !isCollecting(turn)) {
      const kinds = new Set((await turn.albumParts(album)).flatMap(partOf));
      // Each is noted, so that none is told of again.
      if (kinds.size > 1 && [...kinds].filter((kind) => turn.firstOf(album, kind)).length === kinds.size)
        turn.send(mixedScreen(turn, kinds));
    }
    return next();
  });
  return composer;
}

/** What a part is told as; none for what is transcribed at once, which has an answer of its own. */
function partOf(part: unknown): AlbumPart[] {
  if (typeof part !== 'object' || part === null) return [];
  if ('photo' in part) return ['photos'];
  if (!('document' in part) || typeof part.document !== 'object' || part.document === null) return [];
  const { document } = part;
  const word = (of: unknown) => (typeof of === 'string' ? of : undefined);
  const kind = kindOfFile({
    file_name: 'file_name' in document ? word(document.file_name) : undefined,
    mime_type: 'mime_type' in document ? word(document.mime_type) : undefined,
  });
  switch (kind) {
    case 'picture':
      return ['photos'];
    case 'text':
      return ['texts'];
    case 'archive':
    case 'foreign':
      return ['files'];
    case 'sound':
    case 'unknown':
      return [];
    default:
      return kind satisfies never;
  }
}

function mixedScreen(turn: Turn, kinds: ReadonlySet<AlbumPart>): Screen {
  const isIdle = turn.state.name === 'idle';
  const text = [
    ...(kinds.has('photos') ? [keptText(turn)] : []),
    ...(kinds.has('texts') ? [turn.t('album.texts')] : []),
    ...(kinds.has('files') ? [turn.t('album.others')] : []),
  ];
  const buttons = [
    ...(kinds.has('photos') ? [[button(turn.label('avatars.new'), 'avatar.new')]] : []),
    ...(kinds.has('texts') ? [[button(turn.label('texts.read'), 'texts.read')]] : []),
    [isIdle ? menuButton(turn) : cancelButton(turn)],
  ];
  return { text: text.join('\n\n'), buttons };
}
