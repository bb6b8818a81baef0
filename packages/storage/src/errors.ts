import { classifyError, TransientError } from '@aisha/service';

/** S3's answer that there is no such object; a missing bucket is a fault of the set-up and stays an error. */
function isMissingObject(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound');
}

export function isMissingBucket(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NoSuchBucket' || error.name === 'NotFound');
}

/** Somebody made the bucket between our look and our order. */
export function isBucketThere(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'BucketAlreadyOwnedByYou' || error.name === 'BucketAlreadyExists')
  );
}

/** The server does not take this request as the SDK makes it (MissingContentMD5, AccessDenied, NotImplemented …): another way may do. */
export function isUnsupported(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const metadata = cause instanceof Error && '$metadata' in cause ? cause.$metadata : undefined;
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    'httpStatusCode' in metadata &&
    [400, 403, 405, 411, 501].includes(Number(metadata.httpStatusCode))
  );
}

/** What passes as a TransientError, everything else as it came, with the operation in the message. */
function storageError(operation: string, error: unknown): Error {
  if (classifyError(error) === 'transient') {
    return new TransientError(`storage: ${operation} failed for now`, { cause: error });
  }
  return new Error(`storage: ${operation} failed`, { cause: error });
}

/** Runs one operation of the SDK; its errors become ours. */
export async function run<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw storageError(operation, error);
  }
}

/** The same where a missing object is an answer: null. */
export async function tryFind<T>(operation: string, call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (isMissingObject(error)) return null;
    throw storageError(operation, error);
  }
}
