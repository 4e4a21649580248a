use super::*;
use std::{fs, os::unix::fs::symlink};
use tempfile::TempDir;

#[test]
fn the_names_are_those_that_a_commit_writes() {
    let names = Place::of(Path::new("/no/such/bridge.db")).names();
    assert_eq!(names, ["bridge.db", "bridge.db-wal", "bridge.db-journal"]);
}

#[test]
fn a_bare_name_lies_here() {
    assert_eq!(Place::of(Path::new("no-such.db")).directory, Path::new("."));
}

#[test]
fn a_link_leads_to_the_directory_of_its_target() {
    let (there, here) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    fs::write(there.path().join("real.db"), "").unwrap();
    symlink(there.path().join("real.db"), here.path().join("link.db")).unwrap();
    let place = Place::of(&here.path().join("link.db"));
    assert_eq!(place.directory, there.path().canonicalize().unwrap());
    assert_eq!(place.name, "real.db");
}

#[test]
#[cfg(target_os = "linux")]
fn file_systems_of_other_machines_are_known_by_number() {
    for (magic, name) in [
        (0x6969, Some("NFS")),
        (0xfe53_4d42, Some("SMB")),
        (0x0102_1997, Some("9p")),
        (0x6573_5546, Some("FUSE")),
        (0xef53, None),
        (0x0102_1994, None),
    ] {
        assert_eq!(kind(magic), name);
    }
}

#[test]
fn what_cannot_be_asked_is_taken_as_local() {
    assert_eq!(network_file_system(Path::new("/no/such/directory")), None);
}
