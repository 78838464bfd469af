# shellcheck shell=bash
# A Chromium for the end-to-end test and for `scripts/demo --check`.

# have_browser: is one named in PMC_CHROMIUM, on the PATH, or among Playwright's own?
have_browser() {
    local name
    for name in "${PMC_CHROMIUM:-}" chromium google-chrome google-chrome-stable; do
        if [[ -n $name ]] && command -v "$name" >/dev/null; then return; fi
    done
    compgen -G "$HOME/.cache/ms-playwright/chromium-*/INSTALLATION_COMPLETE" >/dev/null
}

# download_browser: Playwright's own, with the libraries below it. For Ubuntu, whose package is a
# stub that installs a snap: that wants a running snapd and cannot read all of our files.
download_browser() {
    local playwright=$ROOT/.venv/bin/playwright log=$TOOLS/browser.log
    say "No Chromium here: Playwright downloads one and installs its libraries, as root, by apt-get"
    if "$playwright" install --with-deps chromium >"$log" 2>&1; then return; fi
    tail -n 5 "$log" >&2
    say "That failed. Please install Google Chrome or Chromium, or name one in PMC_CHROMIUM"
    return 1
}
