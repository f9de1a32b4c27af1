#!/bin/sh
# Installs a tarball of the package into a prefix of its own and uses it from an empty folder with an empty HOME: up, a job, a
# report, an export. Takes some minutes, and needs a registry of npm.
#   packaging/try-package.sh dist/gordon-data-0.1.0.tgz
set -eu

tarball=$(realpath "$1")
place=$(mktemp --directory)
mkdir "$place/home" "$place/prefix" "$place/empty"
node=$(dirname "$(command -v node)")
cd "$place/empty"
export HOME="$place/home"
export PATH="$place/prefix/bin:$node:/usr/local/bin:/usr/bin:/bin"
export GORDON_JOBS_PORT="${GORDON_JOBS_PORT:-18081}" GORDON_CANDLES_PORT="${GORDON_CANDLES_PORT:-13000}"
unset GORDON_DIR NODE_COMPILE_CACHE GORDON_DATABASE_URL || true

npm install --global --prefix "$place/prefix" --no-audit --no-fund "$tarball"
modules="$place/prefix/lib/node_modules/gordon-data/node_modules"
for absent in esbuild aws-cdk-lib node; do
  if [ -e "$modules/$absent" ]; then
    echo "$absent is installed" >&2
    exit 1
  fi
done

finish() {
  gordon-data down || true
  rm -rf "$place"
}
trap finish EXIT

gordon-data --version
gordon-data up --demo
# GORDON_TRY=seed loads the whole demo, a year of every source, which takes three minutes.
if [ "${GORDON_TRY:-}" = seed ]; then
  gordon-data seed --demo
else
  gordon-data backfill sentiment trigger --wait
fi
gordon-data backfill report --fail-on-gaps
gordon-data sql 'SELECT count(*) FROM fear_greed'
gordon-data export fear_greed --out "$place/out"
gordon-data export verify "$place/out"
curl --fail --silent --output /dev/null "http://127.0.0.1:$GORDON_JOBS_PORT/console/app.js"
gordon-data down
