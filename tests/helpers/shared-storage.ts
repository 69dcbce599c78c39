import { join } from "node:path";
import type { IndexSettings } from "../../src/config-index.ts";
import { openIndexStorage } from "../../src/index-storage.ts";
import type { SharedPlace } from "../../src/knowledge/shared-index.ts";
import { scratch } from "./hearth.ts";
import { relay } from "./relays.ts";
import { storageServer, STORAGE_ENVIRONMENT, type StorageServer } from "./storage-server.ts";

/** A real S3 server, the relay to it, and ways to it as a core has them. */
export interface SharedStorage extends AsyncDisposable {
  readonly server: StorageServer;
  /** A folder for what lies on this machine. */
  readonly folder: string;
  open(
    more?: Partial<IndexSettings>,
    keys?: Readonly<Record<string, string>>,
  ): Promise<AsyncDisposable & { readonly shared: SharedPlace }>;
}

export async function sharedStorage(options: { readonly conditional?: boolean } = {}): Promise<SharedStorage> {
  await using stack = new AsyncDisposableStack();
  const place = stack.use(scratch());
  const server = stack.use(await storageServer(join(place.folder, "s3"), options));
  const way = stack.use(await relay([server.url]));
  const owned = stack.move();
  const settings: IndexSettings = {
    endpoint: server.url,
    bucket: "docs",
    prefix: "hearth",
    region: "us-east-1",
    access: "write",
    public: false,
  };
  return {
    server,
    folder: place.folder,
    open: (more = {}, keys = STORAGE_ENVIRONMENT) =>
      openIndexStorage({ ...settings, ...more }, { socket: join(way.folder, "core.sock"), keys }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
