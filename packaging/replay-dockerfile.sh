#!/bin/sh
# What an engine does with `Dockerfile` and the service `app` of `compose.yaml`, without one. Linux, as root; some minutes.
#   apt-get install debootstrap tini
#   packaging/replay-dockerfile.sh [FOLDER THAT KEEPS THE BASE]
set -eu
cd "$(dirname "$0")/.."
exec node_modules/.bin/node packaging/replay/main.ts "$@"
