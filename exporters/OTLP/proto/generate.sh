#!/bin/sh
# Makes the C messages in ../COTLP from the .proto files beside this script. Needs protoc-c (Debian: protobuf-c-compiler).
# The output is committed, so that users of the package need libprotobuf-c but no compiler for .proto files.
set -eu
cd "$(dirname "$0")"

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
protoc-c --c_out="$out" ./*.proto

rm -f ../COTLP/*.pb-c.c ../COTLP/include/*.pb-c.h
mv "$out"/*.c ../COTLP/
mv "$out"/*.h ../COTLP/include/
