# One image that runs as Hearth's core, as its edge, or as both (`start`, the default). compose.yaml runs core and edge in containers
# of their own; docs/containers.md says how. tests/container.ts builds and runs all of it. No model is inside.

FROM node:24-trixie-slim AS build
# libatomic1: Node 26 needs it, and npm 10 starts that in install scripts. binutils has strip, for the symbols that Node and LanceDB
# bring along: 67 MB that no process needs.
RUN apt-get update && apt-get install -y --no-install-recommends binutils libatomic1
WORKDIR /hearth
COPY package.json package-lock.json .npmrc ./
# Settings for a registry of your own: docker build --secret id=npmrc,src=$HOME/.npmrc
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm install --omit=dev
# The package "node" keeps its Node twice; maps and declarations are for editors.
RUN rm -r node_modules/node/node_modules \
 && strip node_modules/node/bin/node node_modules/@lancedb/*/*.node \
 && find node_modules -type f \( -name "*.map" -o -name "*.d.ts" -o -name "*.d.mts" -o -name "*.d.cts" \) -delete

# glibc is needed: LanceDB and ONNX Runtime come as native code for it.
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends libatomic1 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log \
 && groupadd --gid 10001 hearth \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin hearth \
 && install -d -m 0700 -o 10001 -g 10001 /data /run/hearth
WORKDIR /hearth
COPY --from=build /hearth/node_modules node_modules
COPY package.json ./
COPY config config
COPY docs docs
COPY src src
# What `start` sets for its two processes, for the core and the edge that are started here directly.
ENV ORT_DISABLE_TELEMETRY=1 MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 LANCEDB_LOG=error
USER 10001:10001
EXPOSE 4780
STOPSIGNAL SIGTERM
# For `start` and `edge`: the page answers, and so does the core behind it. compose.yaml has the core's own.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["/hearth/node_modules/node/bin/node", "-e", "fetch('http://127.0.0.1:4780/api/status').then((response) => response.json()).then(({ seal }) => process.exit(seal ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/hearth/node_modules/node/bin/node", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=1", "/hearth/src/main.ts"]
CMD ["start", "--data", "/data", "--host", "0.0.0.0", "--log", "stderr"]
