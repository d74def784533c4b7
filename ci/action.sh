#!/usr/bin/env bash
# One run of portolan in a workflow. Inputs come as variables and never become code; outputs go to GITHUB_OUTPUT. A pull
# request from a fork has no credentials: there `diff` is a `lint`, which needs none.
set -euo pipefail
fail() { printf '::error title=portolan::%s\n' "$*"; exit 64; }
note() { printf '::notice title=portolan::%s\n' "$*"; }
out() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

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

mode=$MODE
if [ "$mode" = diff ] && [ -n "$pull_request" ] && [ -z "${PORT_CLIENT_SECRET:-}${GLINT_CLIENT_SECRET:-}" ] &&
  [ "$(event .pull_request.head.repo.full_name)" != "$(event .repository.full_name)" ]; then
  note "This pull request comes from a fork, which is given no credentials: it is linted, and not compared with the catalog."
  mode=lint more=()
fi

run() {
  local code=0
  "$PORTOLAN" "${global[@]}" "$@" || code=$?
  out exit-code "$code"
  return "$code"
}

# Where the manifests are wrong there is no plan, and no such report.
numbers() {
  if [ "$(jq --raw-output '.format? // empty' "$1" 2>/dev/null)" = "$2" ]; then
    out changes "$(jq "$3 | .create + .update + .rename + .adopt + .delete" "$1")"
    out deletes "$(jq "$3 | .delete" "$1")"
    out digest "$(jq --raw-output '(.approval // "")[:12]' "$1")"
  fi
}

code=0
case $mode in
  lint)
    formats=(--output github)
    if [ -n "${SARIF:-}" ]; then
      formats+=(--output "sarif=$PWD/$SARIF")
      out sarif "$SARIF"
    fi
    [ -z "${GITHUB_STEP_SUMMARY:-}" ] || formats+=(--output "markdown=$work/summary.md")
    run lint "${formats[@]}" ${more[@]+"${more[@]}"} || code=$?
    [ ! -f "$work/summary.md" ] || cat "$work/summary.md" >>"$GITHUB_STEP_SUMMARY"
    ;;
  diff)
    run diff --output text --output "markdown=$work/comment.md" --output "json=$work/plan-report.json" \
      --out "$work/plan.json" ${based[@]+"${based[@]}"} ${more[@]+"${more[@]}"} || code=$?
    numbers "$work/plan-report.json" portolan.plan/1 .counts.total
    [ ! -f "$work/plan.json" ] || out plan "$work/plan.json"
    if [ -f "$work/comment.md" ]; then
      [ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$work/comment.md" >>"$GITHUB_STEP_SUMMARY"
      if [ "${COMMENT:-true}" = true ] && [ -n "$pull_request" ]; then
        empty=$(jq '.format? == "portolan.plan/1" and (.changes | length) == 0 and (.hazards | length) == 0' "$work/plan-report.json")
        GITHUB_TOKEN=$COMMENT_TOKEN AUTHOR=$COMMENT_AUTHOR PULL_REQUEST=$pull_request EMPTY=$empty \
          "$GITHUB_ACTION_PATH/ci/comment.sh" "$work/comment.md" ||
          printf '::warning title=portolan::The comment could not be written; the log says why. The job summary has the same.\n'
      fi
    fi
    ;;
  push)
    flags=()
    [ -z "${PLAN:-}" ] || flags+=(--plan "$PLAN")
    [ -z "${APPROVE:-}" ] || flags+=(--approve "$APPROVE")
    run push --output text --output "json=$work/outcome.json" ${flags[@]+"${flags[@]}"} \
      ${based[@]+"${based[@]}"} ${more[@]+"${more[@]}"} || code=$?
    numbers "$work/outcome.json" portolan.outcome/1 .counts.total
    ;;
  *) fail "failed to understand the mode \`$mode\`: it is \`lint\`, \`diff\` or \`push\`" ;;
esac
exit "$code"
