import sharp, { type Sharp } from 'sharp';

/** A picture like no other of another number: blobs of colour, so that miniatures differ well. */
export function picture(n: number, width = 900, height = width): Sharp {
  const hue = (n * 47) % 360;
  const x = 20 + ((n * 37) % 60);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 100 100" preserveAspectRatio="none">
    <rect width="100" height="100" fill="hsl(${hue},45%,${35 + ((n * 7) % 40)}%)"/>
    <rect x="${(n * 29) % 70}" y="55" width="30" height="45" fill="hsl(${(hue + 120) % 360},60%,40%)"/>
    <circle cx="${x}" cy="35" r="${15 + ((n * 13) % 10)}" fill="hsl(25,60%,${40 + ((n * 11) % 40)}%)"/>
  </svg>`;
  return sharp(Buffer.from(svg));
}

/** So many different photos as a phone sends them. */
export function pictures(count: number): Promise<Buffer[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => picture(n).jpeg({ quality: 88 }).toBuffer()));
}
