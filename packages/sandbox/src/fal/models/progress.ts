/** Steps a second that the trainers show on their hardware; the stand-in prints the same, whatever it takes here. */
const RATE = 15.7;
const WIDTH = 10;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A tqdm line, e.g. ` 45%|████▌     | 1125/2500 [01:12<01:27, 15.7it/s]`. */
export function progressBar(done: number, total: number): string {
  const fraction = total === 0 ? 1 : done / total;
  const eighths = Math.round(fraction * WIDTH * 8);
  const bar = `${'█'.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8] ?? ''}`.padEnd(WIDTH);
  const percent = String(Math.floor(fraction * 100)).padStart(3);
  const rate = done === 0 ? '?it/s' : `${RATE}it/s`;
  const left = done === 0 ? '?' : clock((total - done) / RATE);
  return `${percent}%|${bar}| ${done}/${total} [${clock(done / RATE)}<${left}, ${rate}]`;
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}
