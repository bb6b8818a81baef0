import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CODECS, DEMUXERS } from './formats.ts';

const list = (what: string) =>
  execFileSync('ffmpeg', ['-v', 'quiet', '-hide_banner', what], { encoding: 'utf8' });

describe('this machine’s ffmpeg reads', () => {
  test('every container of the list', () => {
    const known = new Set(
      Array.from(list('-demuxers').matchAll(/^ D\S*\s+(\S+)/gm), ([, names = '']) => names.split(',')).flat(),
    );
    expect(DEMUXERS.filter((name) => !known.has(name))).toEqual([]);
  });
  test('every codec of the list', () => {
    const known = new Set(Array.from(list('-codecs').matchAll(/^ D.A\S+ (\S+)/gm), ([, name]) => name));
    expect(CODECS.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('the image’s ffmpeg is configured to read', () => {
  const script = readFileSync(new URL('../../../../infra/docker/build-ffmpeg.sh', import.meta.url), 'utf8');
  const option = (name: string) => new RegExp(`--${name}='([^']+)'`).exec(script)?.[1]?.split(',') ?? [];

  test('every container of the list', () => {
    expect(script).toContain('--enable-demuxers');
    const left = option('disable-demuxer');
    expect(left).toContain('concat');
    expect(DEMUXERS.filter((name) => left.some((glob) => matchesGlob(name, glob)))).toEqual([]);
  });
  test('every codec of the list', () => {
    // Where a decoder is not called as its codec is.
    const names = new Map([
      ['dts', 'dca'],
      ['musepack7', 'mpc7'],
      ['musepack8', 'mpc8'],
      ['mp4als', 'als'],
      ['amr_nb', 'libopencore_amrnb'],
      ['amr_wb', 'libopencore_amrwb'],
    ]);
    const decoders = option('enable-decoder');
    expect(
      CODECS.filter((codec) => !decoders.some((glob) => matchesGlob(names.get(codec) ?? codec, glob))),
    ).toEqual([]);
  });
  test('and has every filter, encoder and muxer that is used', () => {
    expect(option('enable-filter')).toEqual(
      expect.arrayContaining(['aformat', 'alimiter', 'amix', 'aresample', 'astats', 'pan', 'volume']),
    );
    expect(option('enable-encoder')).toEqual(expect.arrayContaining(['libopus', 'pcm_s16le']));
    expect(option('enable-muxer')).toEqual(expect.arrayContaining(['null', 'ogg', 'pcm_s16le']));
  });
});
