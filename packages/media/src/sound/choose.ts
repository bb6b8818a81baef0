import type { Level, MeasuredTrack } from './measure.ts';

/** What is taken of a recording. */
export interface Choice {
  readonly tracks: readonly { readonly index: number; readonly channels: readonly number[] }[];
  /** Added before the samples are made of 16 bits, so that quiet speech keeps its shape. dB. */
  readonly gainDb: number;
}

/** What is this much quieter than the loudest carries nobody's voice. dB. */
const INAUDIBLE = 30;
/** A mean of channels that have nothing to do with each other has the mean of their powers; so much below it they cancel. dB. */
const CANCELS = 6;
/** Left between the loudest sample and the highest there is, dBFS. */
const HEADROOM = -3;
const QUIET = { below: -40, to: -26, most: 50 };

/**
 * Which tracks and channels are listened to: every one that can be heard, mixed; of tracks in several languages the
 * loudest alone, and of channels that cancel each other too. Null when there is no sound at all.
 */
export function choose(measured: readonly MeasuredTrack[]): Choice | null {
  const heard = measured.map(byChannel).filter((one) => one.level.rms > -Infinity);
  const [loudest] = heard.toSorted((a, b) => b.level.rms - a.level.rms);
  if (!loudest) return null;
  const languages = new Set(
    heard.map(({ track }) => track.language).filter((language) => language !== null && language !== 'und'),
  );
  const taken =
    languages.size > 1 ? [loudest] : heard.filter(({ level }) => level.rms > loudest.level.rms - INAUDIBLE);
  const peak = Math.max(...taken.map(({ level }) => level.peak)) + 20 * Math.log10(taken.length);
  const { rms } = loudest.level;
  const gain = rms < QUIET.below ? Math.min(QUIET.to - rms, HEADROOM - peak, QUIET.most) : 0;
  return {
    tracks: taken.map(({ track, channels }) => ({ index: track.index, channels })),
    gainDb: Math.max(0, Math.round(gain)),
  };
}

function byChannel({ track, channels, mix }: MeasuredTrack) {
  const all = channels
    .map((level, number) => ({ level, number }))
    .filter(({ number }) => number !== track.bassChannel);
  const [loudest] = all.toSorted((a, b) => b.level.rms - a.level.rms);
  const silence: Level = { rms: -Infinity, peak: -Infinity };
  if (!loudest) return { track, level: silence, channels: [] };
  const audible = all.filter(({ level }) => level.rms > loudest.level.rms - INAUDIBLE);
  const power = all.reduce((sum, { level }) => sum + 10 ** (level.rms / 10), 0) / all.length ** 2;
  const one = audible.length < 2 || (mix !== null && mix.rms < 10 * Math.log10(power) - CANCELS);
  if (one) return { track, level: loudest.level, channels: [loudest.number] };
  return { track, level: mix ?? loudest.level, channels: audible.map(({ number }) => number) };
}
