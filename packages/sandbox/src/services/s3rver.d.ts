/** The part of s3rver (which has no types of its own) that s3-server.ts uses. */
declare module 's3rver' {
  interface StoredObject {
    bucket: string;
    key: string;
    content: Buffer | NodeJS.ReadableStream;
    metadata: Record<string, unknown>;
  }
  interface Written {
    size: number;
    md5: string;
  }
  interface Store {
    getResourcePath(bucket: string, key: string | undefined, resource: string): string;
    putMetadata(bucket: string, key: string, metadata: Record<string, unknown>, md5?: string): Promise<void>;
    putObject(object: StoredObject): Promise<Written>;
    putPart(bucket: string, uploadId: string, part: number, content: NodeJS.ReadableStream): Promise<Written>;
    deleteObject(bucket: string, key: string): Promise<void>;
  }
  interface Context {
    headers: Record<string, string | string[] | undefined>;
    query: Record<string, string | string[] | undefined>;
    status: number;
    type: string;
    body: unknown;
  }
  export default class S3rver {
    constructor(options: {
      directory: string;
      address: string;
      port: number;
      silent: boolean;
      vhostBuckets: boolean;
    });
    readonly store: Store;
    readonly middleware: ((ctx: Context, next: () => Promise<void>) => Promise<void>)[];
    run(): Promise<{ address: string; port: number }>;
    on(event: 'error', listener: (error: Error) => void): this;
  }
}
