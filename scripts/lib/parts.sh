# shellcheck shell=bash
# Runs the parts of a longer job one after the other, all of them, and sums up at the end.

PART_RESULTS=()
PARTS_FAILED=0

# Ctrl-C ends the whole job; pytest alone would take it for the end of one part.
trap 'exit 130' INT

# run_part TITLE COMMAND...: run it under a heading and note how it went; never fails itself.
run_part() {
    local title=$1 started=$SECONDS status=0 result=passed
    shift
    printf '\n== %s\n' "$title"
    "$@" || status=$?
    if ((status)); then
        result="FAILED, status $status"
        PARTS_FAILED=1
    fi
    PART_RESULTS+=("$(printf '%-52s %s (%d s)' "$title" "$result" $((SECONDS - started)))")
}

# sum_up: print how each part went; the status is 1 if one failed.
sum_up() {
    printf '\n== Summary\n'
    printf '%s\n' "${PART_RESULTS[@]}"
    return "$PARTS_FAILED"
}
