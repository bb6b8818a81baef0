import { ANIMATOR_LIMITS, type Animator, readVideo } from './animator.ts';
import { perSecond } from './price.ts';

/** Five seconds. No page names its price: FAL_PRICES must. */
export const kling25Video: Animator = {
  name: 'kling-2.5-turbo',
  endpoint: 'fal-ai/kling-video/v2.5-turbo/pro/image-to-video',
  role: 'animator',
  seconds: 5,
  price: perSecond(null),
  limits: ANIMATOR_LIMITS,
  shutdown: null,
  buildInput: ({ from, prompt }) => ({
    image_url: from,
    prompt,
    duration: '5',
    negative_prompt: 'blur, distort, and low quality',
    cfg_scale: 0.5,
  }),
  readOutput: readVideo,
};
