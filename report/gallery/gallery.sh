#!/usr/bin/env bash
# Renders the report of every library scenario that the lab can serve, with its
# charts, into a folder, looks at them in Chromium, and takes the README's
# picture of one of them. What was run before is kept in FOLDER/runs:
#
#   report/gallery/gallery.sh TOLLGATE FOLDER            everything
#   report/gallery/gallery.sh TOLLGATE FOLDER NAME...    run only these
#   report/gallery/gallery.sh TOLLGATE FOLDER -          run nothing, render what was run
#   report/gallery/gallery.sh TOLLGATE FOLDER picture    the README's picture and recording, of a valid run
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
tollgate=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
shift 2

# run NAME: the scenario's newest run takes the place of the one before. Invalid
# and failed runs have reports, too.
run() {
  local status=0
  rm -rf "${out:?}/runs/$1"
  "$tollgate" run "$top/scenarios/library/$1.yaml" --yes --quiet --summary none --out "$out/runs/$1" || status=$?
  case $status in 0 | 96 | 99) ;; *) exit "$status" ;; esac
}

# render NAME: its page, its charts and its tables.
render() {
  rm -rf "${out:?}/$1"
  "$tollgate" report "$out/runs/$1"/*-"$1"-* --format html --charts "$out/$1" --tables "$out/$1" >"$out/$1.html"
}

valid() { grep -q '"verdict": *"valid"' "$out/runs/$1"/*-"$1"-*/run.json; }

picture() { node "$top/report/testdata/browser/picture.mjs" "$out/front-doors.html" "$1"; }

# The README's picture and recording are of one run, of the command that stands there.
if [ "${1-}" = picture ]; then
  command=$(grep -m1 '^\./tollgate run front-doors' "$top/README.md")
  for _ in 1 2 3 4 5; do
    rm -rf "${out:?}/runs/front-doors"
    mkdir -p "$out/runs/front-doors"
    node "$top/report/gallery/record.mjs" "$out/front-doors.svg" 20 "$out/runs/front-doors" "$command" "${command/.\/tollgate/\"$tollgate\"}" || continue
    mv "$out"/runs/front-doors/results/runs/* "$out/runs/front-doors/"
    if valid front-doors; then
      render front-doors
      picture "$top/report/gallery/front-doors.png"
      cp "$out/front-doors.svg" "$top/report/gallery/front-doors.svg"
      exit
    fi
    echo "the run is not valid: once more" >&2
  done
  echo "no run was valid: this machine is too busy for the picture" >&2
  exit 1
fi

for file in "$top"/scenarios/library/*.yaml; do
  grep -qE '^[^#]*url: *lab' "$file" || continue # needs somebody's own front doors
  ! grep -qE '^[^#]*url: *"?http' "$file" || continue
  name=$(basename "$file" .yaml)
  echo "$name"
  if [ $# -eq 0 ] || [[ " $* " == *" $name "* ]]; then run "$name"; fi
  if [ -d "$out/runs/$name" ]; then render "$name"; fi
done

if [ -d "$top/report/testdata/browser/node_modules" ]; then
  [ ! -f "$out/front-doors.html" ] || picture "$out/front-doors.png"
  cd "$top/report/testdata/browser"
  SHOTS="$out" WIDTHS=360,1280 node check.mjs "$out"/*.html
fi
