import { describe, expect, test } from 'vitest';
import { linkOf, mediaOf } from './media.ts';

const base = { message_id: 1, date: 1, chat: { id: 1, type: 'private' as const, first_name: 'A' } };
const file = { file_id: 'f', file_unique_id: 'u', file_size: 5 };
const document = (file_name?: string, mime_type?: string) => ({
  ...base,
  document: { ...file, ...(file_name && { file_name }), ...(mime_type && { mime_type }) },
});
const sourceOf = (message: object) => mediaOf(Object(message))?.source ?? null;

describe('a message', () => {
  test.each([
    ['voice', { ...base, voice: { ...file, duration: 3 } }],
    ['audio', { ...base, audio: { ...file, duration: 3 } }],
    ['video', { ...base, video: { ...file, duration: 3, width: 1, height: 1 } }],
    ['video_note', { ...base, video_note: { ...file, duration: 3, length: 1 } }],
  ])('with %s brings sound', (source, message) => expect(sourceOf(message)).toBe(source));

  test.each([
    ['document', 'talk.mp3', undefined],
    ['document', 'TALK.M4A', 'application/octet-stream'],
    ['document', 'clip.mov', 'video/quicktime'],
    ['document', undefined, 'audio/x-wav'],
    ['document', 'call.amr', ''],
    ['text', 'notes.txt', 'text/plain'],
    ['text', 'notes.md', undefined],
    ['text', 'film.SRT', 'application/x-subrip'],
    ['text', undefined, 'text/vtt'],
    ['text', 'report.pdf', 'application/pdf'],
    ['text', 'minutes.docx', 'application/octet-stream'],
    ['text', 'meeting.VTT', undefined],
    ['text', 'table.csv', 'text/csv'],
    ['text', 'messages.html', 'text/html'],
    ['text', 'result.json', 'application/json'],
    ['text', 'book.fb2', 'application/octet-stream'],
    ['text', undefined, 'message/rfc822'],
    ['document', 'New Recording 7.qta', 'application/octet-stream'],
    ['document', 'talk.mka', ''],
    ['document', 'cam.mts', 'application/octet-stream'],
    ['document', 'dictation.dss', undefined],
    ['document', 'recording', 'application/octet-stream'],
    ['document', 'mp3', undefined],
    ['document', undefined, undefined],
    [null, 'IMG_0001.HEIC', 'image/heic'],
    [null, 'IMG_2041.jpg', 'application/octet-stream'],
    [null, 'book.xlsx', 'application/octet-stream'],
    [null, 'photos', 'application/x-zip-compressed'],
    [null, 'archive.zip', 'application/zip'],
    [null, 'photo.jpg', 'image/jpeg'],
  ])('brings %s as the file %s of %s', (source, name, type) => {
    expect(sourceOf(document(name, type))).toBe(source);
  });

  test('with a moving picture brings none, though it is a document too', () => {
    expect(sourceOf({ ...document('a.mp4', 'video/mp4'), animation: { ...file, duration: 1 } })).toBeNull();
  });

  test('of words alone brings none', () => expect(sourceOf({ ...base, text: 'mp3' })).toBeNull());

  test('hands on what is known of the file, and null for what is not', () => {
    expect(mediaOf(Object({ ...base, voice: { ...file, duration: 3 } }))).toEqual({
      source: 'voice',
      fileId: 'f',
      fileName: null,
      mimeType: null,
      fileSize: 5,
      durationS: 3,
    });
  });
});

test.each([
  ['https://x.org/a/talk%20one.mp3?t=1', 'talk one.mp3'],
  ['http://x.org/', 'x.org'],
  ['/transcribe https://x.org/b.ogg', 'b.ogg'],
  ['look: https://x.org/b.ogg', undefined],
  ['https://x.org/a https://x.org/b', undefined],
  ['ftp://x.org/a', undefined],
])('%s is a link by itself, or none', (text, name) =>
  expect(linkOf(Object({ ...base, text }))?.fileName).toBe(name),
);
