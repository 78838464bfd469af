# shellcheck shell=bash
# A Chromium for the end-to-end test and for `scripts/demo --check`.

# have_browser: is one named in PMC_CHROMIUM, on the PATH, or among Playwright's own?
have_browser() {
    local name
    for name in "${PMC_CHROMIUM:-}" chromium google-chrome google-chrome-stable; do
        if [[ -n $name ]] && command -v "$name" >/dev/null; then return; fi
    done
    compgen -G "$HOME/.cache/ms-playwright/chromium-*" >/dev/null
}

# download_browser: Playwright's own, with the libraries below it. For Ubuntu, whose package is a
# stub that installs a snap: that wants a running snapd and cannot read all of our files.
download_browser() {
    say "No Chromium here: Playwright downloads one; apt-get, as root, installs its libraries"
    if as_root "$ROOT/.venv/bin/playwright" install-deps chromium >&2 \
        && "$ROOT/.venv/bin/playwright" install chromium >&2; then
        return
    fi
    say "That failed. Please install Google Chrome or Chromium, or name one in PMC_CHROMIUM"
    return 1
}
