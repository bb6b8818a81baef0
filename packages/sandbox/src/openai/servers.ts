/** Servers that speak like OpenAI and differ from it, each as its documentation or sources have it (November 2026). */
export type CompatibleServer = 'speaches' | 'vllm' | 'localai' | 'vllm-diarize' | 'plain';
