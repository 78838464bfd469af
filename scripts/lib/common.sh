# shellcheck shell=bash
# What every script starts with: where the checkout is, and how scripts speak.
# Progress and errors go to stderr, so that stdout stays free for answers.

ROOT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
readonly ROOT
# shellcheck disable=SC2034 # for the libraries that are sourced beside this one
readonly TOOLS=$ROOT/.tools

# say TEXT...: one line of progress.
say() { printf '%s\n' "$*" >&2; }

# fail TEXT...: say what is wrong and end the script with status 1.
fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# print_help FILE: the comment at the head of a script, which is its manual.
print_help() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$1"; }
