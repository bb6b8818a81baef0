/**
 * Records the microphone.
 * @returns {Promise<{ stop: () => Promise<Blob>, cancel: () => void }>}
 */
export async function record() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream);
  /** @type {Blob[]} */
  const chunks = [];
  recorder.addEventListener('dataavailable', ({ data }) => chunks.push(data));
  recorder.start(250);
  const release = () => stream.getTracks().forEach((track) => track.stop());
  return {
    stop: () =>
      new Promise((resolve) => {
        recorder.addEventListener('stop', () => {
          release();
          resolve(new Blob(chunks, { type: recorder.mimeType }));
        });
        recorder.stop();
      }),
    cancel() {
      recorder.stop();
      release();
    },
  };
}
