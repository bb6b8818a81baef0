import { parsers } from '../parsers.ts';
import { serve } from './serve.ts';

// The program of a child process (pool.ts starts it).
await serve(parsers);
