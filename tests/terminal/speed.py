#!/usr/bin/env python3
"""Point 70 of the checklist: speed.py PROGRAM DATABASE STATE. A thousand workers, a hundred thousand messages, a real terminal."""
import datetime, fcntl, os, pty, re, select, sqlite3, struct, sys, termios, time
program, path, state = sys.argv[1:]
now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
at = lambda s: (now - datetime.timedelta(seconds=s)).isoformat(timespec="milliseconds")
db = sqlite3.connect(path); db.execute("pragma journal_mode=wal")
db.executescript("""create table conversations (id text primary key, session_a_role text not null, session_b_role text not null,
 session_a_token text not null, session_b_token text not null, created_at text not null, expires_at text not null);
create table messages (id integer primary key autoincrement, conversation_id text not null, from_session text not null,
 to_session text not null, message text not null, metadata text, timestamp text not null, read integer default 0);
create table session_status (conversation_id text not null, session_id text not null, status text not null,
 last_heartbeat text not null, primary key (conversation_id, session_id));
create table audit_log (id integer primary key autoincrement, conversation_id text, session_id text, action text not null,
 details text, timestamp text not null);""")
db.executemany("insert into conversations values (?,'boss',?,'x','y',?,?)",
 [(f"conv_{n}", f"worker-{n}-team-{n % 20}", at(7200), at(-7200)) for n in range(1000)])
db.executemany("insert into session_status values (?,'b','working',?)", [(f"conv_{n}", at(2)) for n in range(1000)])
db.executemany("insert into messages (conversation_id, from_session, to_session, message, timestamp, read) values (?,?,?,?,?,1)",
 [(f"conv_{n % 1000}", "b", "a", f'{{"type":"status_update","task_id":"t-{n % 5000}","status":"in_progress","progress":{n % 90}}}', at(3600 - n * 0.035)) for n in range(100000)])
db.commit()
def run():
    begun = time.monotonic(); pid, fd = pty.fork()
    if pid == 0:
        os.execve(program, [program, "--db", path, "--state", state], {**os.environ, "TERM": "xterm-256color"})
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen = b""
    def until(words, start, most=20):
        nonlocal seen
        end = time.monotonic() + most
        # Words are looked for in what is shown: `?1000h` is no count.
        shown = (lambda b: re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", b)) if words[:1] != b"\x1b" else (lambda b: b)
        while words not in shown(seen[start:]):
            assert select.select([fd], [], [], max(0, end - time.monotonic()))[0], f"no {words}"
            seen += os.read(fd, 65536)
        return time.monotonic()
    first = until(b"1000", 0) - begun
    until(b"LIVE", 0); time.sleep(4)
    while select.select([fd], [], [], 0)[0]: seen += os.read(fd, 65536)
    keys = []
    for key in b"23452345jjjjkkkk":
        start, asked = len(seen), time.monotonic()
        os.write(fd, bytes([key])); keys.append(until(b"\x1b[?2026l", start) - asked); time.sleep(0.2)
        while select.select([fd], [], [], 0)[0]: seen += os.read(fd, 65536)
    rss = [int(l.split()[1]) for l in open(f"/proc/{pid}/status") if l.startswith("VmHWM")][0] / 1024
    os.write(fd, b"\x03"); os.waitpid(pid, 0)
    return first * 1000, sorted(keys)[len(keys) // 2] * 1000, rss
first, key, rss = map(min, zip(*(run() for _ in range(3))))
print(f"first data {first:.0f} ms, a key {key:.0f} ms, {rss:.0f} MiB")
assert first <= 500 and key <= 50 and rss < 100
