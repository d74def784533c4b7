#!/usr/bin/env bash
# Finds or installs portolan for the GitHub action, and sets the output `portolan` to its path. Without VERSION: the
# portolan on the PATH, else a build of SOURCE_COMMIT, else the release that this action belongs to. A downloaded archive
# must have the checksum that the release lists.
set -euo pipefail
fail() {
  printf '::error title=portolan::%s\n' "$*"
  exit 1
}

if [ -z "${VERSION:-}" ] && found=$(command -v portolan); then
  printf 'portolan=%s\n' "$found" >>"$GITHUB_OUTPUT"
  exit 0
fi
if [ -z "${VERSION:-}" ] && [ -n "${SOURCE_REPOSITORY:-}" ] && [ -n "${SOURCE_COMMIT:-}" ]; then
  root=$RUNNER_TEMP/portolan-$SOURCE_COMMIT
  cargo install --locked --git "$SOURCE_REPOSITORY" --rev "$SOURCE_COMMIT" --root "$root" portolan ||
    fail "portolan cannot be built from the commit SOURCE_COMMIT of SOURCE_REPOSITORY; the log has the reason"
  printf '%s\n' "$root/bin" >>"$GITHUB_PATH"
  printf 'portolan=%s\n' "$root/bin/portolan" >>"$GITHUB_OUTPUT"
  exit 0
fi
# A copy of the action inside a repository belongs to no release.
[ -n "${ACTION_REPOSITORY:-}" ] ||
  fail "portolan is not on the PATH: install it in an earlier step, or set SOURCE_REPOSITORY and SOURCE_COMMIT to build it"
version=${VERSION:-$(sed -n 's/^version = "\(.*\)"/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml" | head -n 1)}
version=${version#v}
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+([.+-][0-9A-Za-z.+-]*)?$ ]] || fail "invalid version: expected one such as 0.1.0"

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
