import sharp from 'sharp';
import type { Photo } from './person.ts';

/** Real JPEG files: one drawn woman before other walls, in other clothes and light, nearer and farther; no two alike. */
export function makePhotos(count: number, side = 900): Promise<Photo[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => makePhoto(i, side)));
}

export async function makePhoto(i: number, side = 900): Promise<Photo> {
  const hue = (i * 47 + 200) % 360;
  const light = 42 + ((i * 7) % 36);
  const scale = 0.85 + ((i * 13) % 40) / 100;
  const x = 450 + (((i * 67) % 200) - 100);
  const turn = ((i * 29) % 24) - 12;
  const clothes = (hue + 150) % 360;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 900 900">
    <defs>
      <linearGradient id="wall" x2="0.4" y2="1">
        <stop stop-color="hsl(${hue},45%,${light + 15}%)"/><stop offset="1" stop-color="hsl(${(hue + 30) % 360},45%,${light - 14}%)"/>
      </linearGradient>
      <radialGradient id="skin" cx="0.42" cy="0.35"><stop stop-color="#f6cfae"/><stop offset="1" stop-color="#dba37e"/></radialGradient>
      <linearGradient id="hair" x2="0" y2="1"><stop stop-color="#5b3423"/><stop offset="1" stop-color="#2f1a12"/></linearGradient>
    </defs>
    <rect width="900" height="900" fill="url(#wall)"/>
    <circle cx="${(i * 211) % 900}" cy="${120 + ((i * 97) % 260)}" r="${60 + ((i * 31) % 90)}" fill="hsl(${(hue + 45) % 360},70%,85%)" opacity="0.55"/>
    <rect x="${(i * 83) % 700}" y="${560 - ((i * 41) % 160)}" width="${90 + ((i * 17) % 120)}" height="500" fill="hsl(${(hue + 80) % 360},35%,35%)" opacity="0.5"/>
    <g transform="translate(${x},430) scale(${scale}) rotate(${turn / 3})">
      <path d="M -175 -20 C -185 -230 185 -230 175 -20 C 190 150 170 260 130 330 L -130 330 C -170 260 -190 150 -175 -20" fill="url(#hair)"/>
      <path d="M -330 640 C -320 330 -160 290 0 290 C 160 290 320 330 330 640 Z" fill="hsl(${clothes},50%,42%)"/>
      <path d="M -62 130 L -62 290 Q 0 350 62 290 L 62 130 Z" fill="#cf9670"/>
      <ellipse cx="0" cy="10" rx="132" ry="168" fill="url(#skin)"/>
      <path d="M -140 20 C -150 -205 -10 -205 30 -172 C 130 -165 150 -60 140 30 C 120 -40 90 -80 30 -95 C -40 -70 -110 -60 -140 20" fill="url(#hair)"/>
      <g transform="translate(${turn},0)">
        <ellipse cx="-52" cy="8" rx="23" ry="14" fill="#fff"/><ellipse cx="52" cy="8" rx="23" ry="14" fill="#fff"/>
        <circle cx="-50" cy="8" r="11" fill="#3d5a3a"/><circle cx="54" cy="8" r="11" fill="#3d5a3a"/>
        <circle cx="-50" cy="8" r="5" fill="#111"/><circle cx="54" cy="8" r="5" fill="#111"/>
        <path d="M -84 -26 q 32 -20 62 -4 M 22 -30 q 32 -16 62 4" stroke="#3a2016" stroke-width="8" fill="none" stroke-linecap="round"/>
        <path d="M 0 18 q -14 42 4 50" stroke="#b97d5b" stroke-width="6" fill="none" stroke-linecap="round"/>
        <path d="M -42 102 q 42 ${24 + ((i * 5) % 22)} 84 0 q -42 ${-8 - ((i * 3) % 8)} -84 0" fill="#b4454b"/>
        <circle cx="-82" cy="66" r="22" fill="#e58f7b" opacity="0.35"/><circle cx="82" cy="66" r="22" fill="#e58f7b" opacity="0.35"/>
      </g>
    </g>
  </svg>`;
  return {
    bytes: await sharp(Buffer.from(svg)).jpeg({ quality: 90 }).toBuffer(),
    name: `photo-${i + 1}.jpg`,
  };
}
