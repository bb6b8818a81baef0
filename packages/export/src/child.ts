import { type Asked, renderHere } from './render.ts';

// The program of a child process (render.ts starts it): one paper, and it ends.
process.once('message', (asked: Asked) => {
  const answer = async () => {
    const file = await renderHere(asked);
    process.send?.(file && new Uint8Array(file), () => process.disconnect());
  };
  void answer();
});
