#!/usr/bin/env bash
# Finds portolan, or installs it, and says where it is (the output `portolan`). Without VERSION the one on the PATH is
# taken, else the release that this action is of. What is downloaded must have the checksum that the release names.
set -euo pipefail
fail() { printf '::error title=portolan::%s\n' "$*"; exit 1; }

if [ -z "${VERSION:-}" ] && found=$(command -v portolan); then
  printf 'portolan=%s\n' "$found" >>"$GITHUB_OUTPUT"
  exit 0
fi
version=${VERSION:-$(sed -n 's/^version = "\(.*\)"/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml" | head -n 1)}
version=${version#v}
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+([.+-][0-9A-Za-z.+-]*)?$ ]] || fail "invalid version: expected one such as 0.1.0"
[ -n "${ACTION_REPOSITORY:-}" ] || fail "no releases: put portolan on the PATH, or use the action from its repository"

case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) fail "no release for ${RUNNER_OS:-?} on ${RUNNER_ARCH:-?}: install portolan before this step, for example with pip" ;;
esac
archive=portolan-$version-$target.tar.gz
[ "${RUNNER_OS:-}" != Windows ] || archive=portolan-$version-$target.zip

folder=$RUNNER_TEMP/portolan-$version
mkdir -p "$folder"
cd "$folder"
for file in "$archive" SHA256SUMS; do
  curl --fail --silent --show-error --location --retry 3 --max-time 300 --output "$file" \
    "$GITHUB_SERVER_URL/$ACTION_REPOSITORY/releases/download/v$version/$file" ||
    fail "$file of portolan $version cannot be downloaded from $ACTION_REPOSITORY"
done
if command -v sha256sum >/dev/null; then sum=$(sha256sum "$archive"); else sum=$(shasum -a 256 "$archive"); fi
grep -qxF -e "${sum%% *}  $archive" -e "${sum%% *} *$archive" SHA256SUMS ||
  fail "checksum of $archive (portolan $version) differs from its release"
case $archive in
  *.zip) unzip -q -o "$archive" ;;
  *) tar --extract --gzip --file "$archive" ;;
esac
binary=$folder/${archive%.tar.gz}
binary=${binary%.zip}/portolan
[ "${RUNNER_OS:-}" != Windows ] || binary=$binary.exe
printf '%s\n' "$(dirname "$binary")" >>"$GITHUB_PATH"
printf 'portolan=%s\n' "$binary" >>"$GITHUB_OUTPUT"
