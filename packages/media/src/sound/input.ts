import { DEMUXERS } from './formats.ts';

/**
 * Before every `-i` of a file that somebody sent: only files, only the formats of the list. Some heads are far into
 * the file (a transport stream whose sound begins late): 20 MB and 20 s of it are looked at.
 */
export const MEDIA_INPUT = [
  '-protocol_whitelist',
  'file,pipe',
  '-format_whitelist',
  DEMUXERS.join(','),
  '-probesize',
  '20000000',
  '-analyzeduration',
  '20000000',
] as const;
