#!/usr/bin/env bash
# One run of portolan in a workflow. Inputs come as variables and never become code; outputs go to GITHUB_OUTPUT. A pull
# request from a fork has no credentials: there `diff` is a `lint`, which needs none.
set -euo pipefail
# A command for the runner is one line: what an input says must not begin another.
tell() { local words=${2//'%'/%25}; words=${words//$'\r'/%0D}; printf '::%s title=portolan::%s\n' "$1" "${words//$'\n'/%0A}"; }
fail() { tell error "$*"; exit 64; }
note() { tell notice "$*"; }
out() {
  case $2 in *[$'\r\n']*) fail "output \`$1\` cannot be set: it has a line break" ;; esac
  printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

work=$(mktemp -d "$RUNNER_TEMP/portolan-XXXXXX")
event() { [ ! -f "${GITHUB_EVENT_PATH:-}" ] || jq --raw-output "$1 // empty" "$GITHUB_EVENT_PATH"; }
pull_request=$(event .pull_request.number)

global=(-C "${DIRECTORY:-.}")
[ -z "${TARGET:-}" ] || global+=(--target "$TARGET")
[ -z "${CATALOG:-}" ] || global+=(--catalog "$CATALOG")
more=()
while IFS= read -r line; do
  [ -z "$line" ] || more+=("$line")
done <<<"${ARGUMENTS:-}"
based=()
[ -z "${BASE:-}" ] || based=(--base "$BASE")

# shellcheck disable=SC2153 # an input, as are all in capitals
mode=$MODE
if [ "$mode" = diff ] && [ -n "$pull_request" ] && [ -z "${PORT_CLIENT_SECRET:-}${GLINT_CLIENT_SECRET:-}" ]; then
  why=
  [ "$(event .pull_request.head.repo.full_name)" = "$(event .repository.full_name)" ] || why="comes from a fork"
  [ "${GITHUB_ACTOR:-}" != 'dependabot[bot]' ] || why="is Dependabot's"
  if [ -n "$why" ]; then
    note "This pull request $why, and is given no credentials: it is linted, and not compared with the catalog."
    mode=lint more=()
  fi
fi

run() {
  local code=0
  "$PORTOLAN" "${global[@]}" "$@" || code=$?
  out exit-code "$code"
  return "$code"
}

# What manifests and the catalog say is shown, and a runner obeys commands in whatever is shown: it is told not to, until
# a word that nobody can guess.
shown() {
  local code=0 word
  word=portolan-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$word"
  run "$@" 2>&1 || code=$?
  printf '\n::%s::\n' "$word"
  return "$code"
}

# Where the manifests are wrong there is no plan, and no such report. A push that is refused reports its plan.
numbers() {
  local format
  format=$(jq --raw-output '.format? // empty' "$1" 2>/dev/null) || format=
  case $format in portolan.plan/1 | portolan.outcome/1) ;; *) return 0 ;; esac
  out changes "$(jq '.counts.total | .create + .update + .rename + .adopt + .delete' "$1")"
  out deletes "$(jq .counts.total.delete "$1")"
  out digest "$(jq --raw-output '.approval // ""' "$1")"
}
summary() { [ -z "${GITHUB_STEP_SUMMARY:-}" ] || [ ! -f "$1" ] || cat "$1" >>"$GITHUB_STEP_SUMMARY"; }

code=0
case $mode in
  lint)
    formats=(--output text --output "github=$work/marks")
    if [ -n "${SARIF:-}" ]; then
      case $SARIF in /*) file=$SARIF ;; *) file=$PWD/$SARIF ;; esac
      formats+=(--output "sarif=$file")
      out sarif "$SARIF"
    fi
    [ -z "${GITHUB_STEP_SUMMARY:-}" ] || formats+=(--output "markdown=$work/summary.md")
    shown lint "${formats[@]}" ${more[@]+"${more[@]}"} || code=$?
    [ ! -f "$work/marks" ] || grep -E '^::(error|warning|notice) ' "$work/marks" || true
    summary "$work/summary.md"
    ;;
  diff)
    shown diff --output text --output "markdown=$work/comment.md" --output "json=$work/plan-report.json" \
      --out "$work/plan.json" ${based[@]+"${based[@]}"} ${more[@]+"${more[@]}"} || code=$?
    numbers "$work/plan-report.json"
    [ ! -f "$work/plan.json" ] || out plan "$work/plan.json"
    if [ -f "$work/comment.md" ]; then
      summary "$work/comment.md"
      if [ "${COMMENT:-true}" = true ] && [ -n "$pull_request" ]; then
        author=()
        [ -z "${COMMENT_AUTHOR:-}" ] || author=("--author=$COMMENT_AUTHOR")
        GITHUB_TOKEN=$COMMENT_TOKEN "$PORTOLAN" comment ${author[@]+"${author[@]}"} "$work/comment.md" 2>&1 ||
          tell warning "The comment could not be written; the log has the reason. The job summary has the same report."
      fi
    fi
    ;;
  push)
    flags=()
    [ -z "${PLAN:-}" ] || flags+=(--plan "$PLAN")
    [ -z "${APPROVE:-}" ] || flags+=(--approve "$APPROVE")
    shown push --output text --output "json=$work/outcome.json" --output "markdown=$work/outcome.md" \
      ${flags[@]+"${flags[@]}"} ${based[@]+"${based[@]}"} ${more[@]+"${more[@]}"} || code=$?
    numbers "$work/outcome.json"
    # A refused push has written the job summary itself.
    [ "$code" -eq 4 ] || summary "$work/outcome.md"
    ;;
  *) fail "unknown mode \`$mode\`: use \`lint\`, \`diff\` or \`push\`" ;;
esac
exit "$code"
