import { serve } from '../child/serve.ts';
import { seeFaces } from './parser.ts';

// The program of the process that looks at faces: it loads networks of 250 MB, which no other child should hold.
await serve([seeFaces]);
