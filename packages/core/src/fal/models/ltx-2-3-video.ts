import { ANIMATOR_LIMITS, type Animator, readVideo } from './animator.ts';
import { perSecond } from './price.ts';

/** Six seconds in full HD with sound; its length is a number, where others want text. */
export const ltx23Video: Animator = {
  name: 'ltx-2.3',
  endpoint: 'fal-ai/ltx-2.3/image-to-video/fast',
  role: 'animator',
  seconds: 6,
  price: perSecond(0.06),
  limits: ANIMATOR_LIMITS,
  shutdown: null,
  buildInput: ({ from, prompt }) => ({
    image_url: from,
    prompt,
    duration: 6,
    resolution: '1080p',
    fps: 25,
    aspect_ratio: 'auto',
    generate_audio: true,
  }),
  readOutput: readVideo,
};
