import sharp from 'sharp';
import type { Photo } from './person.ts';

/** Real JPEG files, each another picture: blobs of colour like a face before a wall, no two alike. */
export function makePhotos(count: number, side = 900): Promise<Photo[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => makePhoto(i, side)));
}

export async function makePhoto(i: number, side = 900): Promise<Photo> {
  const hue = (i * 47) % 360;
  const x = 300 + ((i * 67) % 300);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 900 900">
    <rect width="900" height="900" fill="hsl(${hue},45%,${35 + ((i * 7) % 40)}%)"/>
    <rect x="${(i * 83) % 700}" y="520" width="260" height="380" fill="hsl(${(hue + 120) % 360},60%,40%)"/>
    <circle cx="${x}" cy="360" r="${150 + ((i * 13) % 60)}" fill="hsl(25,60%,${60 + ((i * 5) % 20)}%)"/>
    <circle cx="${x - 55}" cy="330" r="18" fill="#222"/><circle cx="${x + 55}" cy="330" r="18" fill="#222"/>
    <path d="M ${x - 60} 420 q 60 ${30 + i} 120 0" stroke="#722" stroke-width="14" fill="none"/>
  </svg>`;
  return {
    bytes: await sharp(Buffer.from(svg)).jpeg({ quality: 90 }).toBuffer(),
    name: `photo-${i + 1}.jpg`,
  };
}
