#!/usr/bin/env bash
# What only a whole terminal shows: points of the checklist that are tried in tmux with the real program.
# tests/terminal/checklist.sh [PROGRAM] [NUMBER…]     needs tmux 3.2 or newer; prints one line for each point, ends with 1 if one fails.
set -uo pipefail
program=$(realpath "${1:-target/release/swarmwarden}")
shift || true
wanted=("$@")
work=$(mktemp -d)
socket="$work/tmux"
export TMPDIR="$work/tmp" XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" LANG=C.UTF-8 LC_ALL=C.UTF-8
unset SWARMWARDEN_DB SWARMWARDEN_VIA SWARMWARDEN_CONFIG SWARMWARDEN_COLOR NO_COLOR COLORTERM SSH_CONNECTION SSH_TTY TMUX
mkdir -p "$TMPDIR" "$XDG_CONFIG_HOME" "$XDG_STATE_HOME"
failed=0
servers=0

mux() { tmux -S "$socket" -f /dev/null "$@"; }
finish() { mux kill-server 2> /dev/null; sleep 0.2; rm -rf "$work"; }
trap finish EXIT

# A server of its own for each terminal.
stop() { mux kill-server 2> /dev/null; servers=$((servers + 1)); socket="$work/tmux.$servers"; }

# T W H ARGUMENTS: a demo of 104 workers in a terminal of that size.
T() { local w=$1 h=$2; shift 2; start "$w" "$h" "$program demo --seed 7 --workers 104 --scenario incident $*"; wait_for LIVE; }
start() {
  stop
  mux new-session -d -s t -x "$1" -y "$2" "$3; echo ENDED \$?; exec sleep 600" \; set -g status off \; set -s set-clipboard on
}
K() { mux send-keys -t t "$@"; sleep 0.15; }
S() { mux capture-pane -p -t t; }
styled() { mux capture-pane -p -e -t t; }
flag() { mux display-message -p -t t "$1"; }
# wait_for TEXT: until it is on screen, ten seconds at most.
wait_for() { for _ in $(seq 100); do S | grep -qF -- "$1" && return 0; sleep 0.1; done; return 1; }
row() { S | sed -n "$1p"; }
hints() { S | sed '/^$/d' | tail -n 1; }

# point NUMBER WORDS COMMAND…: one line of the report.
point() {
  local number=$1 words=$2; shift 2
  if [ ${#wanted[@]} -gt 0 ] && [[ ! " ${wanted[*]} " == *" $number "* ]]; then return; fi
  rm -f "$work/broken"
  if "$@" > "$work/out" 2>&1 && [ ! -e "$work/broken" ]; then
    printf 'ok %s %s\n' "$number" "$words"
  else
    printf 'NOT OK %s %s\n' "$number" "$words"
    sed 's/^/    /' "$work/out"
    S 2> /dev/null | sed 's/^/    | /'
    failed=1
  fi
  mux kill-server 2> /dev/null
}
fail() { echo "$*"; : > "$work/broken"; false; }

sizes() {
  T 80 24
  [ "$(S | head -n 1 | grep -c LIVE)" = 1 ] || fail "no data state"
  S | grep -q 'NEEDS YOU' || fail "no problems"
  S | grep -q 'team-8' || fail "no teams"
  if S | head -n 22 | grep -E '…$' | grep -vE '^ *[0-9]{2}:|→|←|[a-z] …$'; then fail "a row is cut"; fi
}
panes() {
  T 120 40
  for key in 2 3 4 6; do
    K $key
    S | grep -qE '│─|^─ ' || fail "view $key has no second pane"
  done
}
tabs_of_digits() { T 60 20; row 2 | grep -qE ' 2·104 +3·[0-9]+ +4·[0-9]+' || fail "$(row 2)"; }
counts_first() { T 40 12; row 1 | grep -qE '[0-9]+/104' || fail "$(row 1)"; row 2 | grep -qE '✗' || fail "$(row 2)"; }
resizing() {
  T 120 40 --speed 0.001
  K 2; K /; K state:idle; K Enter; K j; K j
  local before after
  K f; wait_for FROZEN
  before=$(S)
  for size in "80 24" "40 12" "120 40"; do set -- $size; mux resize-window -t t -x "$1" -y "$2"; sleep 0.3; done
  sleep 0.5
  after=$(S)
  [ "$before" = "$after" ] || { diff <(echo "$before") <(echo "$after"); fail "not as it was"; }
}
chrome() {
  T 80 24; K 2
  S | sed -n 3p | grep -q worker || fail "the list does not begin on row 3"
}
whole_hints() {
  for size in "120 40" "80 24" "60 20" "40 12"; do
    set -- $size; T "$1" "$2"
    for key in 1 2 3 4 5 6 7; do
      K $key
      hints | grep -qE ' (\?|F1) help$' || fail "$size view $key: $(hints)"
      hints | grep -q '…' && fail "$size view $key: $(hints)"
    done
  done
  return 0
}
enter_is_no() {
  T 120 40; K 4; K r; wait_for Cancel || fail "no dialog"
  K r; K Enter; sleep 0.5
  K L; S | grep -qE 'reassign.*(done|→)' && fail "something was written"
  return 0
}
read_only() {
  T 80 24 --read-only; K 2; K r; sleep 0.3
  S | tail -n 2 | grep -qi 'read-only' || fail "$(S | tail -n 2)"
  S | head -n 1 | grep -q RO || fail "no RO in the header"
}
locked() {
  T 80 24
  local db; db=$(find "$TMPDIR" -name '*.db' | head -n 1)
  python3 - "$db" << 'PY' &
import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1], timeout=30); c.execute("pragma locking_mode=exclusive"); c.execute("begin exclusive"); time.sleep(6)
PY
  sleep 1.5
  K 2; K r; wait_for Cancel && K y
  sleep 3
  S | grep -qE 'nothing was written|LIVE|STALE' || fail "no answer"
  K Escape; K Escape; K 1; wait_for 'NEEDS YOU' || fail "it does not draw"
  wait
}
paste() {
  T 80 24; K 2
  mux set-buffer -b p $'ryqXD\n'; mux paste-buffer -p -b p -t t; sleep 0.3
  S | grep -q 'paste ignored' || fail "$(S | tail -n 2)"
}
escape() {
  T 80 24
  K 2; K Enter; K '?'; for _ in $(seq 10); do K Escape; sleep 0.1; done
  S | grep -qE '\[1 Over' || fail "$(row 2)"
}
interrupt() {
  start 80 24 "$program --via 'sleep 60'"; sleep 1
  local from to
  from=$(date +%s%N); mux send-keys -t t C-c
  for _ in $(seq 100); do S | grep -q ENDED && break; sleep 0.01; done
  to=$(date +%s%N)
  [ $(((to - from) / 1000000)) -le 400 ] || fail "$(((to - from) / 1000000)) ms"
}
suspend() {
  stop
  mux new-session -d -s t -x 80 -y 24 "bash --norc -i" \; set -g status off
  K "$program demo --workers 12" Enter; wait_for LIVE
  K C-z; wait_for Stopped || fail "not stopped"
  [ "$(flag '#{alternate_on}')" = 0 ] || fail "the terminal was not given back"
  K fg Enter; wait_for 'NEEDS YOU' || fail "no frame"
  [ "$(flag '#{alternate_on}')" = 1 ]
}
mouse() {
  T 80 24; [ "$(flag '#{mouse_any_flag}')" = 1 ] || fail "not captured"
  K m; [ "$(flag '#{mouse_any_flag}')" = 0 ] || fail "still captured"
  S | grep -q 'mouse off' || fail "not said"
}
replaced() {
  T 80 24
  local db; db=$(find "$TMPDIR" -name '*.db' | head -n 1)
  cp "$db" "$work/copy.db"; rm -f "$db"; sleep 1; cp "$work/copy.db" "$db"; sleep 3
  K 2; wait_for '[2' || fail "gone"
  S | grep -q panicked && fail "panicked"
  return 0
}
frozen() {
  T 120 40; K f; wait_for FROZEN
  local before after
  before=$(S | sed 's/ +[0-9]*//' | tr -s ' '); sleep 5; after=$(S | sed 's/ +[0-9]*//' | tr -s ' ')
  [ "$before" = "$after" ] || { diff <(echo "$before") <(echo "$after"); fail "it moved"; }
  K 0; wait_for LIVE
}
recorded() {
  T 120 40 --speed 20; sleep 4
  K '<'; wait_for REPLAY || fail "no REPLAY"
  K r; sleep 0.3; S | grep -qE 'not of now|recording' || fail "not refused: $(S | tail -n 2)"
  K 0; wait_for LIVE
}
no_colour() {
  NO_COLOR=1 T 80 24
  styled | grep -qE $'\e\\[([0-9;]*;)?[34][0-7]m' && fail "a colour"
  styled | grep -q $'\e\\[7m\|;7m' || fail "the selection cannot be seen"
}
sixteen() {
  start 80 24 "TERM=xterm $program demo --seed 7 --workers 104 --scenario incident"; wait_for LIVE
  mux pipe-pane -t t "cat > $work/raw16"; K 2; K 3; sleep 0.5
  grep -aqE $'\e\\[[0-9;]*(38|48);' "$work/raw16" && fail "more than 16 colours"
  grep -aqE $'\e\\[([0-9]+;)*(30|37|90|97)m' "$work/raw16" && fail "black or white"
  return 0
}
no_background() { T 80 24 --theme term; styled | grep -qE $'\e\\[([0-9;]*;)?4[0-8][;m]' && fail "a background"; return 0; }
ascii() {
  T 80 24 --symbols ascii
  for key in 1 2 3 4 5 6 7; do K $key; S | LC_ALL=C grep -nP '[^\x00-\x7E]' && fail "view $key"; done
  return 0
}
no_query() {
  stop
  mux new-session -d -s t -x 80 -y 24 "sleep 0.5; $program demo --workers 12; sleep 60" \; pipe-pane "cat > $work/rawq"
  wait_for LIVE
  grep -aqE $'\e\\[c|\e\\]1[01];\\?|\e\\[\\?996n|\e\\[6n' "$work/rawq" && fail "a query"
  return 0
}
dumb() {
  local out
  out=$(TERM=dumb "$program" demo --headless --workers 12) || true
  printf '%s' "$out" | grep -q $'\e' && fail "an escape byte"
  printf '%s' "$out" | grep -q worker || fail "no status"
  start 80 24 "TERM=dumb $program demo --workers 12"; wait_for ENDED || fail "a dashboard on a dumb terminal"
  S | grep -q worker || fail "no status on a dumb terminal"
}
cursor() {
  T 80 24
  for key in 2 3 4 5; do
    K $key; K j; sleep 0.2
    local y; y=$(flag '#{cursor_y}')
    row $((y + 1)) | grep -q '▌' || fail "view $key: cursor on row $y: $(row $((y + 1)))"
  done
}
plain() {
  "$program" demo --plain --workers 12 < <(sleep 2; echo q) > "$work/plain" 2>&1 || fail "exit $?"
  grep -aq $'\e' "$work/plain" && fail "an escape byte"
  grep -q 1 "$work/plain" || fail "nothing said"
}
idle() {
  T 120 40; K 1; sleep 2
  mux pipe-pane -t t "cat > $work/rawidle"; sleep 15
  local bytes; bytes=$(wc -c < "$work/rawidle")
  [ "$bytes" -lt $((2048 * 15)) ] || fail "$bytes bytes in 15 s"
  grep -aq $'\e\\[2J' "$work/rawidle" && fail "the screen was cleared"
  local begun ended
  begun=$(grep -ao $'\e\\[?2026h' "$work/rawidle" | wc -l); ended=$(grep -ao $'\e\\[?2026l' "$work/rawidle" | wc -l)
  [ "$begun" = "$ended" ] && [ "$begun" -gt 0 ] || fail "$begun frames begun, $ended ended"
}
title() {
  T 80 24; sleep 0.5
  flag '#{pane_title}' | grep -qE '^✗[0-9]+ ![0-9]+ swarmwarden' || fail "$(flag '#{pane_title}')"
}
copies() {
  T 80 24; K 2; K y; K y; sleep 0.3
  local got; got=$(mux show-buffer 2> /dev/null)
  [ -n "$got" ] && S | grep -qF "$got" || fail "copied: $got"
  S | grep -q 'OSC 52' || fail "not said"
}
first_run() {
  mkdir -p "$work/empty"
  start 80 24 "cd $work/empty && $program"; sleep 2
  S | grep -qi 'demo' || fail "no choice"
}

point 1 "Overview at 80x24" sizes
point 2 "two panes at 120x40" panes
point 3 "tabs are digits at 60x20" tabs_of_digits
point 4 "counts and the worst problem first at 40x12" counts_first
point 6 "sizes come and go, the picture stays" resizing
point 8 "chrome is four rows" chrome
point 9 "hints are whole" whole_hints
point 16 "r and Enter write nothing" enter_is_no
point 25 "read-only says why" read_only
point 27 "a locked bridge does not stop the picture" locked
point 28 "a paste outside of a field is nothing" paste
point 29 "Esc ends in Overview" escape
point 30 "C-c quits while a read hangs" interrupt
point 31 "C-z and fg" suspend
point 35 "m gives the mouse back" mouse
point 41 "a bridge that is replaced" replaced
point 54 "frozen stands still" frozen
point 55 "a recorded instant" recorded
point 57 "NO_COLOR" no_colour
point 59 "sixteen colours" sixteen
point 60 "no background in theme term" no_background
point 61 "ASCII only" ascii
point 63 "no query at the start" no_query
point 65 "a dumb terminal" dumb
point 67 "the cursor is on the selected row" cursor
point 68 "plain lines" plain
point 69 "idle is quiet" idle
point 77 "the title counts" title
point 78 "copying by OSC 52" copies
point 79 "no bridge anywhere" first_run
exit $failed
