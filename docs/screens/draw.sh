#!/usr/bin/env bash
# Draws the pictures beside this script from what a running board of each theme sends to a caller's terminal.
# Needs telnet and ansilove (Debian packages inetutils-telnet and ansilove).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
DIALTONE_PICTURES=$work cargo test --locked --quiet --test screens pictures_of_both_themes
rm -f docs/screens/*.png
for screen in "$work"/*.ans; do
    name=$(basename "$screen" .ans)
    # The last screen of a call is the client's own.
    [ "${name#*-}" = goodbye ] || ansilove -q -c 80 -o "docs/screens/$name.png" "$screen"
done
ls docs/screens/*.png
