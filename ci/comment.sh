#!/bin/sh
# Keeps one comment up to date on a pull request (GitHub) or a merge request (GitLab): comment.sh FILE
#
# The file's first line is the marker by which the comment is found again, so each scope has a comment of its own. A
# comment is only changed where its author is the one who comments now: anybody can write a marker. When `EMPTY` is
# `true` there is nothing to say: an old comment is still brought up to date, a new one is not made.
#
# GitHub: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL, PULL_REQUEST (the number), AUTHOR (default: the login of the
# workflow's own token). GitLab: GITLAB_TOKEN, CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID.
# Needs curl and jq. Secrets go to curl by a file that only we can read, never by its arguments.
set -eu

file=$1
say() { printf 'comment: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
for tool in curl jq; do
  command -v "$tool" >/dev/null 2>&1 || fail "failed to find \`$tool\`, which the comment is written with"
done

marker=$(head -n 1 "$file")
case $marker in
  '<!-- portolan:'*' -->') ;;
  *) fail "failed to find the marker in the first line of $file: it is not a report of \`--output markdown\`" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 077

if [ -n "${CI_MERGE_REQUEST_IID:-}" ]; then
  [ -n "${GITLAB_TOKEN:-}" ] || fail "failed to comment: GITLAB_TOKEN is not set (a project access token with the scope \`api\`)"
  printf 'header = "PRIVATE-TOKEN: %s"\n' "$GITLAB_TOKEN" >"$work/secret"
  list="$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes"
  update_by=PUT
  one() { printf '%s/%s' "$list" "$1"; }
  me() { call GET "$CI_API_V4_URL/user" && jq -r '.username // empty' "$work/answer"; }
  author_of='.author.username'
elif [ -n "${PULL_REQUEST:-}" ]; then
  [ -n "${GITHUB_TOKEN:-}" ] || fail "failed to comment: GITHUB_TOKEN is not set"
  printf 'header = "Authorization: Bearer %s"\nheader = "Accept: application/vnd.github+json"\n' "$GITHUB_TOKEN" >"$work/secret"
  list="$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
  update_by=PATCH
  one() { printf '%s/repos/%s/issues/comments/%s' "$GITHUB_API_URL" "$GITHUB_REPOSITORY" "$1"; }
  me() { printf '%s\n' "${AUTHOR:-github-actions[bot]}"; }
  author_of='.user.login'
else
  fail "failed to find a pull request or merge request to comment on"
fi

# METHOD URL [BODY]: the answer is in $work/answer. What went wrong is told in the words of the other side.
call() {
  method=$1 url=$2 body=${3:-}
  set -- --silent --show-error --config "$work/secret" --request "$method" --output "$work/answer" --write-out '%{http_code}'
  set -- "$@" --max-time 60 --retry 3 --retry-delay 2
  [ -z "$body" ] || set -- "$@" --header 'Content-Type: application/json' --data-binary "@$body"
  status=$(curl "$@" "$url") || fail "failed to reach ${url%%\?*}"
  case $status in
    2??) ;;
    401 | 403)
      fail "failed to comment: $status, $(words). The job needs leave to write comments: on GitHub \`permissions: pull-requests: write\`, on GitLab a token with the scope \`api\`" ;;
    *) fail "failed to comment: $status, $(words)" ;;
  esac
}
words() { jq -r '.message // .error // "no more was said"' "$work/answer" 2>/dev/null | head -c 300 | tr -d '\r\n'; }

author=$(me)
found=
page=1
# A hundred pages of a hundred: more comments than either side shows.
while [ "$page" -le 100 ]; do
  call GET "$list?per_page=100&page=$page"
  found=$(jq -r --arg marker "$marker" --arg author "$author" \
    "[.[] | select(.body != null and (.body | startswith(\$marker)) and $author_of == \$author) | .id] | first // empty" "$work/answer")
  [ -z "$found" ] || break
  [ "$(jq length "$work/answer")" -eq 100 ] || break
  page=$((page + 1))
done

jq --raw-input --slurp '{body: .}' "$file" >"$work/body"
if [ -n "$found" ]; then
  call "$update_by" "$(one "$found")" "$work/body"
  say "the comment is up to date"
elif [ "${EMPTY:-false}" = true ]; then
  say "nothing changes, and there is no comment yet: none is made"
else
  call POST "$list" "$work/body"
  say "made a comment"
fi
