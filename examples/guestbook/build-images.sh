#!/bin/sh
# Builds the two images of the guestbook from Debian's own packages; no image registry is asked for anything.
#   build-images.sh [OUT_FOLDER]
# Needs: apt-get, dpkg-deb, and a Debian mirror the first time (packages are kept in OUT_FOLDER/packages).
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
out=${1:-$here/images}
mkdir -p "$out/packages"
out=$(CDPATH= cd -- "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What is newer than everything that it is made of stays.
if [ -f "$out/redis.tar" ] && [ -f "$out/frontend.tar" ] && [ -z "$(find "$here" -name images -prune -o -type f -newer "$out/redis.tar" -print)" ]; then
  echo "the images in $out are current"
  exit 0
fi

libraries="libc6 libgcc-s1 libssl3 zlib1g"
redis="redis-tools libatomic1 libjemalloc2 liblzf1 liblua5.1-0 lua-bitop lua-cjson libhiredis0.14 libstdc++6 libsystemd0
  libcap2 libgcrypt20 libgpg-error0 liblz4-1 liblzma5 libzstd1"
python="python3.11-minimal libpython3.11-minimal libpython3.11-stdlib libexpat1"

# unpack ROOTFS PACKAGE...: the files of the packages, without documentation.
unpack() {
  rootfs=$1; shift
  mkdir -p "$rootfs/etc" "$rootfs/tmp"
  # Debian merged /bin and /lib into /usr; packages of libc still write to /lib.
  mkdir -p "$rootfs/usr/bin" "$rootfs/usr/lib" "$rootfs/usr/lib64"
  for link in bin lib lib64; do ln -sfn "usr/$link" "$rootfs/$link"; done
  for package in "$@"; do
    file=$(ls "$out/packages/${package}_"*.deb 2>/dev/null | head -1)
    if [ -z "$file" ]; then
      echo "fetching $package" >&2
      (cd "$out/packages" && apt-get -qq -o APT::Sandbox::User=root download "$package") || {
        echo "cannot fetch $package: run apt-get update, or copy its .deb into $out/packages" >&2; exit 1; }
      file=$(ls "$out/packages/${package}_"*.deb | head -1)
    fi
    dpkg-deb --fsys-tarfile "$file" | tar -C "$rootfs" --keep-directory-symlink --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' -xf -
  done
  chmod 1777 "$rootfs/tmp"
  printf 'root:x:0:0:root:/:/bin/false\nguestbook:x:1000:1000:guestbook:/:/bin/false\n' >"$rootfs/etc/passwd"
  printf 'root:x:0:\nguestbook:x:1000:\n' >"$rootfs/etc/group"
}

# Debian's redis-server is the program of redis-tools under another name.
unpack "$work/redis" $libraries $redis
ln -sf redis-check-rdb "$work/redis/usr/bin/redis-server"
mkdir -p "$work/redis/data"
chown 1000:1000 "$work/redis/data"
"$here/oci-image.sh" "$work/redis" holdfast.example/guestbook/redis:7 "$out/redis.tar" \
  '{"Entrypoint":["/usr/bin/redis-server"],"Cmd":["--dir","/data","--appendonly","yes","--protected-mode","no"],"User":"1000","ExposedPorts":{"6379/tcp":{}},"Env":["PATH=/usr/bin"]}'

unpack "$work/frontend" $libraries $python
install -m 0755 "$here/frontend/guestbook.py" "$work/frontend/usr/bin/guestbook"
ln -sf python3.11 "$work/frontend/usr/bin/python3"
"$here/oci-image.sh" "$work/frontend" holdfast.example/guestbook/frontend:1 "$out/frontend.tar" \
  '{"Entrypoint":["/usr/bin/guestbook"],"User":"1000","ExposedPorts":{"8080/tcp":{}},"Env":["PATH=/usr/bin","PYTHONDONTWRITEBYTECODE=1"]}'
