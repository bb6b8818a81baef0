import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import sharp, { type OverlayOptions, type Sharp } from 'sharp';

export interface Picture {
  width: number;
  height: number;
  format: 'jpeg' | 'png' | 'webp';
  seed: number;
  prompt: string;
  /** Small print under the prompt. */
  caption: string;
  /** What the picture is made of: training photos, or the picture to be edited. */
  photos: readonly Uint8Array[];
}

/** Shipped by npm because a bare server has no fonts; covers Cyrillic with the Kazakh letters. */
const FONT_FILE = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');

/** One of the photos, chosen, tinted and framed by seed and prompt, with the prompt to be read on a panel. */
export async function renderPicture(picture: Picture): Promise<Buffer> {
  const { width, height } = picture;
  const dice = createHash('sha256').update(`${picture.seed}\n${picture.prompt}`);
  for (const photo of picture.photos) dice.update(photo);
  const roll = dice.digest();
  const hue = Math.round((roll.readUInt16BE(2) / 65536) * 360);
  const layers: OverlayOptions[] = [{ input: frame(width, height, hue), left: 0, top: 0 }];
  if (width >= 96 && height >= 96) layers.push(...(await panel(picture)));
  const base = await background(picture, roll, hue);
  // Raw pixels between the two steps: another encoding would cost more than the drawing.
  const image = sharp(base, { raw: { width, height, channels: 3 } });
  return encode(image.composite(layers), picture.format);
}

/** What comes back when the safety checker struck: the asked size, all black. */
export async function renderBlack(width: number, height: number, format: Picture['format']): Promise<Buffer> {
  return encode(sharp({ create: { width, height, channels: 3, background: '#000000' } }), format);
}

export function encode(image: Sharp, format: Picture['format']): Promise<Buffer> {
  if (format === 'png') return image.png({ compressionLevel: 3 }).toBuffer();
  if (format === 'webp') return image.webp({ quality: 85 }).toBuffer();
  return image.jpeg({ quality: 88 }).toBuffer();
}

async function background({ photos, width, height }: Picture, roll: Buffer, hue: number): Promise<Buffer> {
  const photo = photos[roll.readUInt16BE(0) % Math.max(1, photos.length)];
  if (photo === undefined) return scenery(width, height, roll, hue);
  // A gentle tint: the face must stay the face.
  const brightness = 0.94 + (roll.readUInt8(4) / 255) * 0.14;
  const saturation = 0.75 + (roll.readUInt8(5) / 255) * 0.6;
  return sharp(photo)
    .resize(width, height, { fit: 'cover', position: sharp.strategy.attention })
    .flop(roll.readUInt8(6) % 2 === 1)
    .modulate({ brightness, saturation, hue: Math.round((roll.readUInt8(7) / 255) * 24 - 12) })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
}

/** No photo, no person: hills under a sun. */
async function scenery(width: number, height: number, roll: Buffer, hue: number): Promise<Buffer> {
  const at = (index: number): number => roll.readUInt8(index) / 255;
  const hill = (index: number, level: number): string => {
    const y = height * level;
    const bend = height * 0.25 * at(index);
    return `<path d="M0 ${y} C ${width * 0.3} ${y - bend}, ${width * 0.6} ${y + bend}, ${width} ${y - bend / 2}
      V ${height} H 0 Z" fill="hsl(${(hue + index * 17) % 360} 35% ${Math.round(62 - level * 45)}%)"/>`;
  };
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="sky" x2="0" y2="1">
      <stop offset="0" stop-color="hsl(${hue} 55% 45%)"/><stop offset="1" stop-color="hsl(${(hue + 40) % 360} 70% 82%)"/>
    </linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#sky)"/>
    <circle cx="${width * (0.2 + 0.6 * at(8))}" cy="${height * (0.15 + 0.25 * at(9))}" r="${Math.min(width, height) * 0.1}"
      fill="hsl(${(hue + 60) % 360} 95% 85%)"/>
    ${hill(10, 0.5)}${hill(11, 0.62)}${hill(12, 0.75)}</svg>`;
  return sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer();
}

function frame(width: number, height: number, hue: number): Buffer {
  const line = Math.max(2, Math.round(Math.min(width, height) * 0.012));
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect x="${line / 2}" y="${line / 2}" width="${width - line}" height="${height - line}" fill="none"
      stroke="hsl(${hue} 75% 55%)" stroke-width="${line}"/></svg>`);
}

/** The prompt in white on a dark strip along the bottom, wrapped, never higher than two fifths of the picture. */
async function panel({ width, height, prompt, caption }: Picture): Promise<OverlayOptions[]> {
  const pad = Math.round(Math.min(width, height) * 0.035);
  const size = Math.max(9, Math.round(Math.min(width, height) * 0.032));
  const shown = prompt.length > 300 ? `${prompt.slice(0, 299)}…` : prompt;
  const markup = `<span foreground="#ffffff">${escapeMarkup(shown)}</span>
<span foreground="#d5d8de" size="70%">${escapeMarkup(caption)}</span>`;
  const text = await sharp({
    text: {
      text: markup,
      font: `DejaVu Sans ${size}`,
      fontfile: FONT_FILE,
      width: width - pad * 4,
      wrap: 'word-char',
      rgba: true,
      dpi: 72,
    },
  })
    .png()
    .toBuffer({ resolveWithObject: true });
  const shownHeight = Math.min(text.info.height, Math.round(height * 0.4));
  const strip = { width: width - pad * 2, height: shownHeight + pad * 2 };
  const letters = await sharp(text.data)
    .extract({ left: 0, top: 0, width: Math.min(text.info.width, strip.width), height: shownHeight })
    .toBuffer();
  const dark =
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${strip.width}" height="${strip.height}">
    <rect width="100%" height="100%" rx="${pad / 2}" fill="#101319" fill-opacity="0.72"/></svg>`);
  const top = height - strip.height - pad;
  return [
    { input: dark, left: pad, top },
    { input: letters, left: pad * 2, top: top + pad },
  ];
}

function escapeMarkup(text: string): string {
  return text
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
