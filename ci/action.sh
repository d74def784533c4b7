#!/usr/bin/env bash
# Runs portolan for the GitHub action. Inputs are environment variables and never become code; outputs go to GITHUB_OUTPUT.
# On a pull request without credentials (from a fork, or of a bot), `diff` compares with the merge base.
set -euo pipefail

# A line break would end the workflow command, and the next line could be another one.
annotate() {
  local text=${2//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '::%s title=portolan::%s\n' "$1" "${text//$'\n'/%0A}"
}
fail() {
  annotate error "$*"
  exit 64
}
set_output() {
  case $2 in *[$'\r\n']*) fail "output \`$1\` cannot be set: it has a line break" ;; esac
  printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}
read_event() { [ ! -f "${GITHUB_EVENT_PATH:-}" ] || jq --raw-output "$1 // empty" "$GITHUB_EVENT_PATH"; }
append_summary() { [ -z "${GITHUB_STEP_SUMMARY:-}" ] || [ ! -f "$1" ] || cat "$1" >>"$GITHUB_STEP_SUMMARY"; }

run_portolan() {
  local code=0
  "$PORTOLAN" "${global[@]}" "$@" || code=$?
  set_output exit-code "$code"
  return "$code"
}
# The output quotes manifests and the catalog, and a runner executes workflow commands in any output. It executes none
# until it sees this random word.
run_quoted() {
  local code=0 word
  word=portolan-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$word"
  run_portolan "$@" 2>&1 || code=$?
  printf '\n::%s::\n' "$word"
  return "$code"
}
# A run that was stopped by lint findings has a report of lint, without counts. A refused push reports its plan.
set_count_outputs() {
  local format
  format=$(jq --raw-output '.format? // empty' "$1" 2>/dev/null) || format=
  case $format in portolan.plan/1 | portolan.outcome/1) ;; *) return 0 ;; esac
  set_output changes "$(jq '.counts.total | .create + .update + .rename + .adopt + .delete' "$1")"
  set_output deletes "$(jq .counts.total.delete "$1")"
  set_output digest "$(jq --raw-output '.approval // ""' "$1")"
}
# `--out` and `--verify` need the catalog: portolan refuses them without credentials.
drop_catalog_arguments() {
  local argument kept=() is_value=false
  for argument in ${more[@]+"${more[@]}"}; do
    case $is_value/$argument in
      true/*) is_value=false ;;
      */--out) is_value=true ;;
      */--out=* | */--verify) ;;
      *) kept+=("$argument") ;;
    esac
  done
  more=(${kept[@]+"${kept[@]}"})
}

work=$(mktemp -d "$RUNNER_TEMP/portolan-XXXXXX")
pull_request=$(read_event .pull_request.number)
is_fork=false
if [ -n "$pull_request" ] && [ "$(read_event .pull_request.head.repo.full_name)" != "$(read_event .repository.full_name)" ]; then
  is_fork=true
fi
has_credentials=true
[ -n "${PORT_CLIENT_ID:-}${PORT_CLIENT_SECRET:-}${GLINT_CLIENT_ID:-}${GLINT_CLIENT_SECRET:-}" ] || has_credentials=false

global=(-C "${DIRECTORY:-.}")
[ -z "${TARGET:-}" ] || global+=(--target "$TARGET")
[ -z "${CATALOG:-}" ] || global+=(--catalog "$CATALOG")
more=()
while IFS= read -r line; do
  [ -z "$line" ] || more+=("$line")
done <<<"${ARGUMENTS:-}"
base=()
[ -z "${BASE:-}" ] || base=(--base "$BASE")

code=0
case $MODE in
  lint)
    formats=(--output text --output "github=$work/annotations")
    if [ -n "${SARIF:-}" ]; then
      case $SARIF in /*) file=$SARIF ;; *) file=$PWD/$SARIF ;; esac
      formats+=(--output "sarif=$file")
      set_output sarif "$SARIF"
    fi
    [ -z "${GITHUB_STEP_SUMMARY:-}" ] || formats+=(--output "markdown=$work/summary.md")
    run_quoted lint "${formats[@]}" ${more[@]+"${more[@]}"} || code=$?
    [ ! -f "$work/annotations" ] || grep -E '^::(error|warning|notice) ' "$work/annotations" || true
    append_summary "$work/summary.md"
    ;;
  diff)
    formats=(--output text --output "markdown=$work/comment.md" --output "json=$work/plan-report.json")
    can_comment=${COMMENT:-true}
    if [ -z "$pull_request" ] || [ "$has_credentials" = true ]; then
      formats+=(--out "$work/plan.json")
    else
      annotate notice "This pull request has no credentials: it is compared with its merge base, and the catalog is not read."
      drop_catalog_arguments
    fi
    # The token of these jobs cannot write comments.
    if [ "$is_fork" = true ] || [ "${GITHUB_ACTOR:-}" = 'dependabot[bot]' ]; then can_comment=false; fi
    run_quoted diff "${formats[@]}" ${base[@]+"${base[@]}"} ${more[@]+"${more[@]}"} || code=$?
    set_count_outputs "$work/plan-report.json"
    [ ! -f "$work/plan.json" ] || set_output plan "$work/plan.json"
    append_summary "$work/comment.md"
    if [ -f "$work/comment.md" ] && [ "$can_comment" = true ] && [ -n "$pull_request" ]; then
      author=()
      [ -z "${COMMENT_AUTHOR:-}" ] || author=("--author=$COMMENT_AUTHOR")
      GITHUB_TOKEN=$COMMENT_TOKEN "$PORTOLAN" comment ${author[@]+"${author[@]}"} "$work/comment.md" 2>&1 ||
        annotate warning "The comment could not be written (the log has the reason). The job summary has the same report."
    fi
    ;;
  push)
    flags=()
    [ -z "${PLAN:-}" ] || flags+=(--plan "$PLAN")
    [ -z "${APPROVE:-}" ] || flags+=(--approve "$APPROVE")
    run_quoted push --output text --output "json=$work/outcome.json" --output "markdown=$work/outcome.md" \
      ${flags[@]+"${flags[@]}"} ${base[@]+"${base[@]}"} ${more[@]+"${more[@]}"} || code=$?
    set_count_outputs "$work/outcome.json"
    # portolan itself writes a refusal into the job summary.
    [ "$code" -eq 4 ] || append_summary "$work/outcome.md"
    ;;
  *) fail "unknown mode \`$MODE\`: use \`lint\`, \`diff\` or \`push\`" ;;
esac
exit "$code"
