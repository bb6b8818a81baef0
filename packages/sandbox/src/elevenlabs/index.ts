export {
  type ElevenLabsFault,
  type ElevenLabsRequest,
  type ElevenLabsSandbox,
  SANDBOX_ELEVENLABS_KEY,
  startElevenLabsSandbox,
} from './sandbox.ts';
