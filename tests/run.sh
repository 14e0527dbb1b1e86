#!/usr/bin/env bash
# Builds everything and runs every test. The last line is "N passed, N failed, N skipped"; the exit code is 0 only when
# tests ran and none failed.
#
#   tests/run.sh                      everything
#   tests/run.sh --filter Alertmanager    tests with that in their full name
#   tests/run.sh -class '*.PlannerTests'  any other flags go to the test runner as they are
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

# Without these, build servers would outlive the script.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Compiling with a profile pays after a minute; no process of a test lives that long.
export DOTNET_TieredPGO=0

results=artifacts/test-results
passed=0 failed=0 skipped=0

finish() {
  [ $((passed + failed)) -gt 0 ] || echo "no test ran"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
  exit
}

fail() {
  echo "FAILED $1"
  failed=$((failed + 1))
}

step() {
  local name=$1
  shift
  "$@" || { fail "$name"; finish; }
}

flags=()
while [ $# -gt 0 ]; do
  if [ "$1" = --filter ] && [ $# -gt 1 ]; then
    flags+=(-displayName "*$2*")
    shift
  else
    flags+=("$1")
  fi
  shift
done

# Many tests wait for a process or a timer rather than for a processor, so there are more of them than processors.
# The runner gets a process group of its own (timeout makes it), so that whatever its tests leave behind ends with it.
runner=
stop_runner() { [ -z "$runner" ] || kill -KILL -- "-$runner" 2>/dev/null || true; }
trap 'stop_runner; exit 130' INT TERM

run_project() {
  local project=$1 result=$2 code=0
  timeout --kill-after=10 "${TEST_TIMEOUT:-30m}" \
    dotnet "$project/bin/Release/net10.0/${project#tests/}.dll" \
    -noColor -noLogo -noAutoReporters -maxThreads 1.5x -result-xml "$result" "${flags[@]}" &
  runner=$!
  wait "$runner" || code=$?
  stop_runner
  runner=
  return "$code"
}

# One line for each test: result, name and, of a skipped one, why; tab-separated.
read_results() {
  awk -v RS='<' '
    function attribute(name,  value) {
      if (!match($0, " " name "=\"[^\"]*\"")) return ""
      value = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
      gsub(/&quot;/, "\"", value); gsub(/&lt;/, "<", value); gsub(/&gt;/, ">", value); gsub(/&amp;/, "\\&", value)
      return value
    }
    function flush() { if (test != "") print test "\t" why; test = ""; why = "" }
    /^test / { flush(); test = attribute("result") "\t" attribute("name") }
    /^error / { flush(); test = "Fail\t" attribute("type") " " attribute("name") }
    /^reason>/ { reason = 1; why = substr($0, 8) }
    /^!\[CDATA\[/ && reason { why = substr($0, 9); sub(/\]\]>.*/, "", why) }
    /^\/reason>/ { reason = 0; gsub(/[\t\n]/, " ", why) }
    END { flush() }
  ' "$1"
}

tests/peers/install.sh
step restore dotnet restore WebhookBot.sln --locked-mode --verbosity quiet
step build dotnet build WebhookBot.sln -c Release --no-restore --nologo --verbosity quiet
rm -rf artifacts/publish "$results"
mkdir -p "$results"
step publish dotnet publish src/WebhookBot -c Release -o artifacts/publish

for project in tests/*.Tests; do
  name=${project#tests/}
  result=$results/$name.xml
  code=0
  run_project "$project" "$result" || code=$?
  if [ ! -s "$result" ]; then
    fail "$name: the runner ended with $code and left no results"
    continue
  fi

  before=$((passed + failed + skipped)) failed_before=$failed
  while IFS=$'\t' read -r outcome test why; do
    case $outcome in
      Pass) passed=$((passed + 1)) ;;
      Skip) skipped=$((skipped + 1)); echo "SKIPPED $test: $why" ;;
      NotRun) ;; # asked for by name only
      *) fail "$test" ;;
    esac
  done < <(read_results "$result")
  if [ "$code" != 0 ] && [ "$failed" = "$failed_before" ]; then
    fail "$name: the runner ended with $code"
  elif [ "${#flags[@]}" = 0 ] && [ "$before" = $((passed + failed + skipped)) ]; then
    fail "$name: no tests"
  fi
done
finish
