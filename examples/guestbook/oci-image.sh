#!/bin/sh
# Packs a folder as an image: an OCI archive of one layer, made with tar, gzip and sha256sum alone. The same folder gives the
# same image.
#   oci-image.sh ROOTFS NAME OUT.tar CONFIG_JSON
# CONFIG_JSON is the "config" of the image: {"Entrypoint":["/bin/x"],"User":"1000","ExposedPorts":{"80/tcp":{}}}
set -eu
[ $# -eq 4 ] || { echo "usage: oci-image.sh ROOTFS NAME OUT.tar CONFIG_JSON" >&2; exit 2; }
rootfs=$1 name=$2 out=$3 config=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/blobs/sha256"
case $(uname -m) in aarch64) arch=arm64 ;; *) arch=amd64 ;; esac

# put FILE: moves it under its digest; prints "digest size".
put() {
  digest=$(sha256sum "$1" | cut -d' ' -f1)
  size=$(wc -c <"$1" | tr -d ' ')
  mv "$1" "$work/blobs/sha256/$digest"
  echo "$digest $size"
}

tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$rootfs" -cf "$work/layer.tar" .
diff=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
gzip -n -6 "$work/layer.tar"
set -- $(put "$work/layer.tar.gz"); layer=$1 layer_size=$2

printf '{"architecture":"%s","os":"linux","config":%s,"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created_by":"oci-image.sh"}]}' \
  "$arch" "$config" "$diff" >"$work/config"
set -- $(put "$work/config"); cfg=$1 cfg_size=$2

printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%s},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:%s","size":%s}]}' \
  "$cfg" "$cfg_size" "$layer" "$layer_size" >"$work/manifest"
set -- $(put "$work/manifest"); manifest=$1 manifest_size=$2

printf '{"imageLayoutVersion":"1.0.0"}' >"$work/oci-layout"
printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s,"annotations":{"io.containerd.image.name":"%s","org.opencontainers.image.ref.name":"%s"}}]}' \
  "$manifest" "$manifest_size" "$name" "${name##*:}" >"$work/index.json"
mkdir -p "$(dirname "$out")"
tar -C "$work" --sort=name --mtime=@0 --owner=0 --group=0 -cf "$out" oci-layout index.json blobs
echo "$name -> $out"
