import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Where `bundle.ts` puts the networks and what runs them; the same from sources and compiled. */
const ENGINE = fileURLToPath(new URL('../../engine/', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../../bundle.ts', import.meta.url));

/** A rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** What is used of face-api and tensorflow.js. */
interface FaceApi {
  readonly tf: {
    setBackend(name: 'wasm'): Promise<boolean>;
    ready(): Promise<void>;
    tensor3d(pixels: Int32Array, shape: readonly [number, number, 3], type: 'int32'): Tensor;
  };
  setWasmPaths(folder: string): void;
  setThreadsCount(count: number): void;
  readonly nets: Record<
    'tinyFaceDetector' | 'faceLandmark68Net' | 'faceRecognitionNet',
    { loadFromDisk(folder: string): Promise<void> }
  >;
  readonly TinyFaceDetectorOptions: new (options: { inputSize: number; scoreThreshold: number }) => object;
  detectAllFaces(picture: Tensor, options: object): Promise<{ detection: Detection }[]>;
  readonly DetectAllFaceLandmarksTask: new (
    of: Promise<Detected[]>,
    picture: Tensor,
    tiny: boolean,
  ) => { withFaceDescriptors(): Promise<Described[]> };
  extendWithFaceDetection(of: object, detection: Detection): Detected;
}

interface Tensor {
  dispose(): void;
}
interface Detection {
  readonly score: number;
  readonly box: Box;
}
interface Detected {
  readonly detection: Detection;
}
interface Described extends Detected {
  readonly landmarks: { readonly positions: readonly Point[] };
  readonly descriptor: Float32Array;
}

export interface Engine {
  /** Faces in RGB pixels, the largest first; the landmarks (68) and the 128 numbers of the largest alone. */
  find(
    pixels: Uint8Array,
    size: { readonly width: number; readonly height: number },
    options: { readonly inputSize: number; readonly leastScore: number },
  ): Promise<{
    readonly boxes: readonly { readonly box: Box; readonly score: number }[];
    readonly landmarks: readonly Point[];
    readonly embedding: readonly number[];
  }>;
}

/** Makes the engine where it is not there or of another version: whoever runs from sources has installed all of it. */
export async function ensureEngine(): Promise<void> {
  if (!existsSync(BUNDLE)) return;
  const of = createHash('sha256')
    .update(await readFile(BUNDLE))
    .digest('hex');
  const made = await readFile(join(ENGINE, 'of'), 'utf8').catch(() => '');
  if (made !== of) await promisify(execFile)(process.execPath, [BUNDLE]);
}

/** Loads the networks: 0.2 s, some 150 MB. In a child process alone. */
export async function loadEngine(): Promise<Engine> {
  const api: FaceApi = createRequire(import.meta.url)(join(ENGINE, 'face-api.cjs'));
  // One photo does not take every core.
  api.setThreadsCount(1);
  api.setWasmPaths(ENGINE);
  await api.tf.setBackend('wasm');
  await api.tf.ready();
  const { nets } = api;
  for (const net of [nets.tinyFaceDetector, nets.faceLandmark68Net, nets.faceRecognitionNet])
    await net.loadFromDisk(ENGINE);

  return {
    async find(pixels, { width, height }, { inputSize, leastScore }) {
      const picture = api.tf.tensor3d(new Int32Array(pixels), [height, width, 3], 'int32');
      try {
        const options = new api.TinyFaceDetectorOptions({ inputSize, scoreThreshold: leastScore });
        const found = (await api.detectAllFaces(picture, options))
          .map((one) => ('detection' in one ? one.detection : one))
          .toSorted((a, b) => b.box.width * b.box.height - a.box.width * a.box.height);
        const boxes = found.map(({ box: { x, y, width: w, height: h }, score }) => ({
          box: { x, y, width: w, height: h },
          score,
        }));
        const [main] = found;
        if (!main) return { boxes, landmarks: [], embedding: [] };
        const task = new api.DetectAllFaceLandmarksTask(
          Promise.resolve([api.extendWithFaceDetection({}, main)]),
          picture,
          false,
        );
        const [described] = await task.withFaceDescriptors();
        return {
          boxes,
          landmarks: (described?.landmarks.positions ?? []).map(({ x, y }) => ({ x, y })),
          embedding: [...(described?.descriptor ?? [])],
        };
      } finally {
        picture.dispose();
      }
    },
  };
}
