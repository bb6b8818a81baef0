import { z } from 'zod';
import { integer } from '../variables.ts';
import { group } from './group.ts';

export interface LinksConfig {
  /** `public`: the public internet alone; `any`: addresses of one's own network too; `off`: none. */
  reach: 'public' | 'any' | 'off';
  maxBytes: number;
}

export const linksGroup = group({
  title: 'Links to recordings',
  variables: {
    LINKS: {
      schema: z.enum(['public', 'any', 'off']).default('public'),
      doc: 'Which links to files are fetched to be transcribed: `public` addresses alone; `any`, private ones too (only where everybody who may write to the bot may reach your network); `off`.',
      expected: 'public, any or off',
    },
    LINKS_MEGABYTES: {
      // So much scratch is set aside for each while it is fetched.
      schema: integer(1, 2_048, 500),
      doc: 'The biggest file that a link may lead to.',
      expected: 'a number of megabytes from 1 to 2048',
    },
  },
  build: (v): LinksConfig => ({ reach: v.LINKS, maxBytes: v.LINKS_MEGABYTES * 1024 * 1024 }),
});
