import { serve } from './child/serve.ts';
import { parsers } from './parsers.ts';

// The program of a child process (child/pool.ts starts it).
await serve(parsers);
