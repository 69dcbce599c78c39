/** The parts of s3rver that the tests use; it comes without types. */
declare module "s3rver" {
  import type { IncomingHttpHeaders, Server } from "node:http";
  import type { AddressInfo } from "node:net";

  interface Context {
    readonly method: string;
    readonly path: string;
    readonly req: { readonly url?: string; readonly headers: IncomingHttpHeaders; resume(): void };
    status: number;
    type: string;
    body: unknown;
    get(header: string): string;
  }

  interface ListOptions {
    readonly delimiter?: string | undefined;
    readonly prefix?: string | undefined;
    readonly maxKeys?: number;
  }

  interface Listing {
    readonly objects: readonly { readonly key: string }[];
    readonly commonPrefixes: readonly string[];
    readonly isTruncated: boolean;
  }

  class S3rver {
    constructor(options: {
      readonly address: string;
      readonly port: number;
      readonly silent: boolean;
      readonly directory: string;
      readonly vhostBuckets: boolean;
      readonly configureBuckets?: readonly { readonly name: string }[];
      readonly key?: string;
      readonly cert?: string;
    });
    readonly httpServer: Server;
    readonly middleware: ((context: Context, next: () => Promise<void>) => Promise<void>)[];
    readonly store: {
      existsObject(bucket: string, key: string): Promise<boolean>;
      listObjects(bucket: string, options: ListOptions): Promise<Listing>;
    };
    run(): Promise<AddressInfo>;
    close(): Promise<void>;
  }
  export = S3rver;
}
