/** The names under which Discord is reached. */
export const NAMES = { api: "discord.com", gateway: "gateway.discord.gg", cdn: "cdn.discordapp.com" } as const;

/** A throw-away authority and a certificate of its for Discord's names. */
export interface Certificates {
  /** The authority, as PEM: for NODE_EXTRA_CA_CERTS. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes them anew each time; nothing is written to the disk. */
export async function makeCertificates(): Promise<Certificates> {
  // Loaded only where it is asked for: what is served without TLS needs it not.
  const { generate } = await import("selfsigned");
  const common = { keyType: "ec", algorithm: "sha256" } as const;
  const authority = await generate([{ name: "commonName", value: "Emulated authority" }], {
    ...common,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: NAMES.api }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: Object.values(NAMES).map((value) => ({ type: 2, value })) },
    ],
  });
  return { ca: authority.cert, cert: server.cert, key: server.private };
}
