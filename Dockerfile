# gordon-data beside a PostgreSQL or TimescaleDB: `docker compose --profile app up`. Built for linux/amd64 and linux/arm64:
#   docker buildx build --platform linux/amd64,linux/arm64 --tag gordon-data .
ARG NODE=24.21.0-trixie-slim

# The package is JavaScript, so it is built once, on the machine's own platform.
FROM --platform=$BUILDPLATFORM node:${NODE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# Not `npm ci`: the lock may lack the optional binaries of this platform.
RUN npm install --no-save --no-audit --no-fund --ignore-scripts
COPY . .
RUN node packaging/pack.ts /out && mv /out/*.tgz /out/gordon-data.tgz

FROM node:${NODE} AS install
COPY --from=build /out/gordon-data.tgz /tmp/
# The embedded PostgreSQL is an optional dependency of 60 MB; a container has the database beside it. Not --global: with it npm
# installs what --omit names.
RUN npm install --prefix /opt/gordon-data --omit=optional --ignore-scripts --no-audit --no-fund /tmp/gordon-data.tgz

FROM node:${NODE}
# No package manager at run time.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-* \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg \
    && install --directory --owner=node --group=node --mode=0700 /data
COPY --from=install /opt/gordon-data /opt/gordon-data
ENV PATH=/opt/gordon-data/node_modules/.bin:$PATH \
    NODE_ENV=production \
    GORDON_DIR=/data \
    NODE_COMPILE_CACHE=/tmp/gordon-data
USER 1000:1000
VOLUME /data
EXPOSE 8443
# Within the container the API answers on the loopback address, without a token.
HEALTHCHECK --interval=10s --timeout=5s --start-period=2m --retries=3 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:8081/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["gordon-data"]
CMD ["up", "--foreground"]
