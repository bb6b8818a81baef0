import { parentPort, workerData } from 'node:worker_threads';
import { type Asked, renderHere } from './render.ts';

const asked: Asked = workerData;
const file = await renderHere(asked);
parentPort?.postMessage(file && new Uint8Array(file));
