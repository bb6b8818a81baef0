import { createHash, randomUUID } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/*
 * Makes `engine/`: face-api with what it needs of tensorflow.js as one file, the wasm, and the models that are used.
 * Nothing of it is downloaded; installed, the same is 100 MB, so an image gets this folder alone. Made by the build, and
 * by the first who runs from sources (src/faces/engine.ts).
 */
const require = createRequire(import.meta.url);
const folder = dirname(fileURLToPath(import.meta.url));
const target = join(folder, 'engine');

const packageAt = (name: string) => dirname(require.resolve(`${name}/package.json`));
const faceApi = packageAt('@vladmandic/face-api');
const wasm = join(packageAt('@tensorflow/tfjs-backend-wasm'), 'dist');

/** The detector is the tiny one: the SSD's was trained on pictures whose terms are non-commercial. */
const MODELS = ['tiny_face_detector_model', 'face_landmark_68_model', 'face_recognition_model'];
// All three kinds: which one is taken depends on the processor.
const WASM = ['', '-simd', '-threaded-simd'].map((kind) => `tfjs-backend-wasm${kind}.wasm`);

/** face-api asks for the whole of tensorflow.js with its WebGL backend; it needs the core and its chained operations. */
const lean: Plugin = {
  name: 'lean-tensorflow',
  setup(made) {
    const core = join(packageAt('@tensorflow/tfjs-core'), 'dist');
    made.onResolve({ filter: /^@tensorflow\/tfjs\/dist/ }, () => ({ path: 'tfjs', namespace: 'lean' }));
    made.onResolve({ filter: /^(@tensorflow\/tfjs-backend-webgl\/dist|node-fetch$)/ }, () => ({
      path: 'nothing',
      namespace: 'lean',
    }));
    made.onLoad({ filter: /^tfjs$/, namespace: 'lean' }, () => ({
      resolveDir: folder,
      contents: [
        `import ${JSON.stringify(join(core, 'public/chained_ops/register_all_chained_ops.js'))};`,
        `export * from ${JSON.stringify(join(core, 'index.js'))};`,
      ].join('\n'),
    }));
    made.onLoad({ filter: /^nothing$/, namespace: 'lean' }, () => ({ contents: 'export {};' }));
  },
};

const ENTRY = `
  import { nets, TinyFaceDetectorOptions, detectAllFaces, DetectAllFaceLandmarksTask, extendWithFaceDetection, tf } from '@vladmandic/face-api/dist/face-api.esm-nobundle.js';
  import { setWasmPaths, setThreadsCount } from '@tensorflow/tfjs-backend-wasm/dist/index.js';
  export { nets, TinyFaceDetectorOptions, detectAllFaces, DetectAllFaceLandmarksTask, extendWithFaceDetection, tf, setWasmPaths, setThreadsCount };
`;

const bundled = await build({
  stdin: { contents: ENTRY, resolveDir: folder },
  plugins: [lean],
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  outfile: 'face-api.cjs',
  write: false,
  legalComments: 'inline',
  logLevel: 'error',
});

// Aside first: whoever starts meanwhile sees all of it or nothing.
const aside = `${target}-${randomUUID()}`;
await mkdir(aside, { recursive: true });
for (const { contents } of bundled.outputFiles) await writeFile(join(aside, 'face-api.cjs'), contents);
for (const file of WASM) await cp(join(wasm, file), join(aside, file));
for (const model of MODELS)
  for (const file of [`${model}-weights_manifest.json`, `${model}.bin`])
    await cp(join(faceApi, 'model', file), join(aside, file));
await cp(join(faceApi, 'LICENSE'), join(aside, 'LICENSE'));
const source = await readFile(fileURLToPath(import.meta.url));
await writeFile(join(aside, 'of'), createHash('sha256').update(source).digest('hex'));
await rm(target, { recursive: true, force: true });
await rename(aside, target).catch(async (error: unknown) => {
  await rm(aside, { recursive: true, force: true });
  // Somebody else's is there already.
  if (!(error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')))
    throw error;
});
