import { serve } from '../serve.ts';
import { testParsers } from './parsers.ts';

await serve(testParsers);
