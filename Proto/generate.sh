#!/usr/bin/env bash
# Regenerates Sources/WireMessages from the protos beside this file. Needs Debian's protobuf-compiler.
# With --check it writes nothing and fails when the committed code is not what the protos give.
set -euo pipefail
cd "$(dirname "$0")/.."
plugin=.build/debug/protoc-gen-swift
[ -x "$plugin" ] || swift build --product protoc-gen-swift
out=Sources/WireMessages
if [ "${1:-}" = --check ]; then out=$(mktemp -d); trap 'rm -rf "$out"' EXIT; fi
protoc --plugin=protoc-gen-swift="$plugin" --swift_opt=Visibility=Public --swift_opt=UseAccessLevelOnImports=true \
    --swift_out="$out" -I Proto Proto/*.proto
if [ "$out" != Sources/WireMessages ]; then diff -ru Sources/WireMessages "$out"; fi
