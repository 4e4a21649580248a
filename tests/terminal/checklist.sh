#!/usr/bin/env bash
# What only a whole terminal shows: points of the checklist that are tried in tmux with the real program.
# tests/terminal/checklist.sh [PROGRAM] [NUMBER…]     needs tmux 3.2 or newer; prints one line for each point, ends with 1 if one fails.
set -uo pipefail
program=$(realpath "${1:-target/release/swarmwarden}")
here=$(realpath "$(dirname "$0")")
shift || true
wanted=("$@")
work=$(mktemp -d)
socket="$work/tmux"
export TMPDIR="$work/tmp" XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" LANG=C.UTF-8 LC_ALL=C.UTF-8
unset SWARMWARDEN_DB SWARMWARDEN_VIA SWARMWARDEN_CONFIG SWARMWARDEN_COLOR NO_COLOR COLORTERM SSH_CONNECTION SSH_TTY TMUX
mkdir -p "$TMPDIR" "$XDG_CONFIG_HOME" "$XDG_STATE_HOME"
cd "$work" || exit 1
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
  [ "$(S | sed -n '/NEEDS YOU/,/SESSIONS/p' | grep -cE '(CRIT|WARN) +[a-z].* (r [a-z]|Enter [a-z])')" = 4 ] || fail "not four problems with their keys"
  [ "$(S | sed -n '/SESSIONS/,/FLEET/p' | grep -cE '[█░]+ +[0-9]+%.* [0-9]+/[0-9]+ ')" -ge 3 ] || fail "not three sessions with their bars"
  for n in 1 2 3 4 5 6 7 8; do S | grep -qE "team-$n +[^ ]" || fail "no team-$n"; done
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
# A bridge without a write-ahead log, kept from a demo: whoever locks it locks readers out, too.
kept() {
  T 80 24
  python3 - "$(find "$TMPDIR" -name bridge.db | head -n 1)" "$work/kept.db" << 'PY'
import sqlite3, sys
to = sqlite3.connect(sys.argv[2]); sqlite3.connect(sys.argv[1]).backup(to); to.execute("pragma journal_mode=delete")
PY
  stop
}
rows() { python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); print(*(c.execute("select count(*) from " + t).fetchone()[0] for t in ("messages", "audit_log")))' "$1"; }
ms() { echo $(($(date +%s%N) / 1000000)); }
locked() {
  kept
  start 80 24 "$program --db $work/kept.db --state $work/kept"; wait_for LIVE
  local before from; before=$(rows "$work/kept.db")
  K 2; K r; wait_for 'y  Reassign' || fail "no dialog"
  python3 - "$work/kept.db" << 'PY' &
import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1], timeout=30); c.execute("begin exclusive"); time.sleep(12)
PY
  sleep 1.5; from=$(ms)
  K y; wait_for 'nothing was written' || fail "the write has no end"
  [ $(($(ms) - from)) -le 3000 ] || fail "$(($(ms) - from)) ms until it was refused"
  K Escape; K Escape; K 1; wait_for 'NEEDS YOU' || fail "it does not draw"
  for _ in $(seq 80); do row 1 | grep -qE 'STALE|OFFLINE' && break; sleep 0.1; done
  row 1 | grep -qE 'STALE|OFFLINE' || fail "$(row 1)"
  wait
  wait_for LIVE || fail "it does not come back"
  [ "$(rows "$work/kept.db")" = "$before" ] || fail "something was written"
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
  "$program" demo --plain --workers 12 < <(sleep 2; printf '2\n1\nm\n3\n'; sleep 1; echo q) > "$work/plain" 2>&1 || fail "exit $?"
  grep -aqP '[\x00-\x08\x0b-\x1f\x7f]' "$work/plain" && fail "a control byte"
  grep -q worker-3 "$work/plain" || fail "nothing said"
  start 80 24 "$program demo --plain --workers 12"; mux pipe-pane -t t "cat > $work/plainterm"; wait_for Overview || fail "no menu"
  K 2 Enter; K 1 Enter; sleep 1
  [ "$(flag '#{alternate_on}')" = 0 ] || fail "another screen"
  K q Enter; wait_for ENDED || fail "it goes on"
  grep -aq $'\e' "$work/plainterm" && fail "an escape byte"
  return 0
}
idle() {
  local pid from bytes begun ended
  T 120 40; K 1; sleep 2
  mux pipe-pane -t t "cat > $work/rawidle"; sleep 15
  bytes=$(wc -c < "$work/rawidle")
  [ "$bytes" -lt $((2048 * 15)) ] || fail "$bytes bytes in 15 s"
  grep -aq $'\e\\[2J' "$work/rawidle" && fail "the screen was cleared"
  begun=$(grep -ao $'\e\\[?2026h' "$work/rawidle" | wc -l); ended=$(grep -ao $'\e\\[?2026l' "$work/rawidle" | wc -l)
  [ "$begun" = "$ended" ] && [ "$begun" -gt 0 ] || fail "$begun frames begun, $ended ended"
  # The demo writes its bridge in the same process: what looking costs is seen where nobody writes.
  kept
  start 120 40 "$program --db $work/kept.db --state $work/kept"; wait_for LIVE; sleep 5
  pid=$(pgrep -P "$(flag '#{pane_pid}')" | head -n 1)
  ticks() { awk '{ print $14 + $15 }' "/proc/$pid/stat"; }
  from=$(ticks); sleep 15; from=$((($(ticks) - from) * 1000 / $(getconf CLK_TCK) / 15))
  [ "$from" -lt 20 ] || fail "$from thousandths of a processor"
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
  mkdir -p "$work/empty" "$work/bridges"
  start 120 24 "cd $work/empty && $program"; wait_for '[q] leave' || fail "it does not ask"
  for words in '[o] PATH' '[d] a made-up swarm' '[?] where'; do S | grep -qF -- "$words" || fail "no $words"; done
  K '?' Enter; wait_for '--db FILE' || fail "no words to read"
  K d Enter; wait_for LIVE || fail "no demo"
  row 1 | grep -q DEMO || fail "$(row 1)"
  (cd "$work/empty" && "$program" > "$work/said" 2>&1 < /dev/null); [ $? = 66 ] || fail "not 66: $(cat "$work/said")"
  start 80 24 "cd $work/empty && env -i TMPDIR=$TMPDIR HOME=$work/empty TERM=xterm LANG=C.UTF-8 $program demo"; wait_for LIVE || fail "a demo needs more"
  kept; cp "$work/kept.db" "$work/bridges/one.db"
  start 80 24 "cd $work/bridges && $program"; wait_for LIVE || fail "the only bridge is not opened"
  row 1 | grep -q one.db || fail "$(row 1)"
  cp "$work/kept.db" "$work/bridges/two.db"
  start 80 24 "cd $work/bridges && $program"; wait_for 'Which one' || fail "of two it does not ask"
  K 2 Enter; wait_for LIVE; row 1 | grep -q two.db || fail "$(row 1)"
}
# What a filter shows on the screen and in a command is the same.
same_filter() {
  T 120 40
  local db text count rows; db=$(find "$TMPDIR" -name bridge.db | head -n 1)
  for text in 'state:silent' '!state:healthy team:team-1' 'team:team-2 or team:team-3 !worker-1'; do
    K Escape; K 2; K /; mux send-keys -t t -l "$text"; K Enter
    for _ in 1 2 3 4 5; do
      count=$(S | tail -n 2 | grep -oE '[0-9]+/104 workers' | cut -d/ -f1)
      rows=$("$program" workers --filter "$text" -o ndjson --db "$db" --state "$work/beside" | wc -l)
      [ "$count" = "$rows" ] && break
      sleep 0.3
    done
    [ "$count" = "$rows" ] && [ "$rows" -gt 0 ] || fail "$text: $count on the screen, $rows by the command"
  done
}
# The heads of the columns and their rows stand in the same cells, as a terminal counts them.
columns() {
  start 120 40 "$program demo --seed 7 --workers 104 --scenario hostile"; wait_for LIVE
  K 2; sleep 1
  S | python3 -c '
import sys, unicodedata
def cells(line):
    out = []
    for c in line:
        if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf"): continue
        out.append(c)
        if unicodedata.east_asian_width(c) in "WF": out.append("")
    return out
lines = [cells(l.rstrip("\n")) for l in sys.stdin]
head = "".join(c or "." for c in lines[2]); end = head.index("beat") + 4
below = next((n for n, l in enumerate(lines[3:], 3) if "".join(l[:1]) == "─"), len(lines))
rows = [l for l in lines[3:below] if len(l) > end and "".join(l[1:4]).strip() and l[1] in "▸◦?=!✗✓~-"]
assert len(rows) > 10, len(rows)
for l in rows: assert l[end] == " " and l[end - 1] not in (" ", ""), "".join(l)
' || fail "columns are not aligned"
}
# A thousand workers and a hundred thousand messages; of a release build.
speed() {
  python3 "$here/speed.py" "$program" "$work/big.db" "$work/big" || fail "too slow, or too much"
}
# A reader that has enough ends the program within a second.
enough() {
  kept
  local from ended
  from=$(ms)
  timeout 20 "$program" events --follow --db "$work/kept.db" --state "$work/kept" | { head -n 2 > "$work/two"; ms > "$work/head"; }
  ended=$(ms)
  [ "$(wc -l < "$work/two")" = 2 ] || fail "not two lines"
  [ $((ended - $(cat "$work/head"))) -le 1000 ] || fail "$((ended - $(cat "$work/head"))) ms behind its reader, begun $from"
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
point 50 "a filter is the same on the screen and in a command" same_filter
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
point 70 "a thousand workers: the first data, a key, memory" speed
point 72 "columns of hostile names are aligned" columns
point 77 "the title counts" title
point 78 "copying by OSC 52" copies
point 79 "no bridge anywhere" first_run
point 87 "events end with their reader" enough
exit $failed
