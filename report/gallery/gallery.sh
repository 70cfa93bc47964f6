#!/usr/bin/env bash
# Renders the report of every library scenario that the lab can serve, with its
# charts, into a folder, and takes the README's picture of one of them.
#
#   report/gallery/gallery.sh TOLLGATE FOLDER
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
tollgate=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")

for file in "$top"/scenarios/library/*.yaml; do
  grep -qE '^[^#]*url: *lab' "$file" || continue # needs somebody's own front doors
  ! grep -qE '^[^#]*url: *"?http' "$file" || continue
  name=$(basename "$file" .yaml)
  echo "$name"
  rm -rf "$out/runs/$name" "${out:?}/$name"
  status=0
  "$tollgate" run "$file" --yes --quiet --summary none --out "$out/runs/$name" || status=$?
  case $status in 0 | 96 | 99) ;; *) exit "$status" ;; esac # invalid and failed runs have reports, too
  "$tollgate" report "$out/runs/$name"/*-"$name"-* --format html --charts "$out/$name" --tables "$out/$name" >"$out/$name.html"
done

if [ -d "$top/report/testdata/browser/node_modules" ]; then
  node "$top/report/testdata/browser/picture.mjs" "$out/front-doors.html" "$out/front-doors.png"
  cd "$top/report/testdata/browser"
  SHOTS="$out" WIDTHS=360,1280 node check.mjs "$out"/*.html
fi
