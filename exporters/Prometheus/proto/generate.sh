#!/bin/sh
# Makes the C messages in ../CPrometheusProto from the .proto files beside this script. Needs protoc-c (Debian: protobuf-c-compiler).
# The output is committed, so that users of the package need libprotobuf-c but no compiler for .proto files.
set -eu
cd "$(dirname "$0")"

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
protoc-c --c_out="$out" ./*.proto

rm -f ../CPrometheusProto/*.pb-c.c ../CPrometheusProto/include/*.pb-c.h
mv "$out"/*.c ../CPrometheusProto/
mv "$out"/*.h ../CPrometheusProto/include/
