#!/bin/sh
# generate.sh PROTO TARGET: makes the C messages in the folder TARGET from the .proto files in the folder PROTO. Needs protoc-c
# (Debian: protobuf-c-compiler). The output is committed, so that users of the package need libprotobuf-c but no compiler.
set -eu
proto=$1
target=$2

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
(cd "$proto" && protoc-c --c_out="$out" ./*.proto)

rm -f "$target"/*.pb-c.c "$target"/include/*.pb-c.h
mv "$out"/*.c "$target"
mv "$out"/*.h "$target"/include
