use super::*;
use rusqlite::ffi;

const WRITABLE: Surroundings = Surroundings {
    exists: true,
    directory_writable: true,
};
const LOCKED_DOWN: Surroundings = Surroundings {
    exists: true,
    directory_writable: false,
};
const GONE: Surroundings = Surroundings {
    exists: false,
    directory_writable: true,
};

fn of(extended: i32, around: Surroundings) -> Meaning {
    meaning(ffi::Error::new(extended).code, extended, around)
}

#[test]
fn each_code_has_its_meaning() {
    for (code, around, expected) in [
        (ffi::SQLITE_NOTADB, WRITABLE, Meaning::NotADatabase),
        (ffi::SQLITE_BUSY, WRITABLE, Meaning::Busy),
        (ffi::SQLITE_BUSY_RECOVERY, WRITABLE, Meaning::Busy),
        (ffi::SQLITE_LOCKED, WRITABLE, Meaning::Busy),
        (ffi::SQLITE_PROTOCOL, WRITABLE, Meaning::Busy),
        (ffi::SQLITE_CORRUPT, WRITABLE, Meaning::Damaged),
        (ffi::SQLITE_IOERR_SHORT_READ, WRITABLE, Meaning::Damaged),
        (ffi::SQLITE_IOERR_READ, WRITABLE, Meaning::Other),
        (ffi::SQLITE_READONLY_DBMOVED, WRITABLE, Meaning::Replaced),
        (ffi::SQLITE_CANTOPEN, GONE, Meaning::NotFound),
        (ffi::SQLITE_CANTOPEN, WRITABLE, Meaning::Other),
        (ffi::SQLITE_FULL, WRITABLE, Meaning::Full),
        (ffi::SQLITE_READONLY, WRITABLE, Meaning::NotWritable),
    ] {
        assert_eq!(of(code, around), expected, "{code}");
    }
}

#[test]
fn a_directory_that_cannot_be_written_is_named_as_the_cause() {
    for code in [
        ffi::SQLITE_CANTOPEN,
        ffi::SQLITE_READONLY,
        ffi::SQLITE_READONLY_DIRECTORY,
        ffi::SQLITE_READONLY_CANTINIT,
        ffi::SQLITE_READONLY_RECOVERY,
    ] {
        assert_eq!(
            of(code, LOCKED_DOWN),
            Meaning::NeedsWritableDirectory,
            "{code}"
        );
    }
}

#[test]
fn an_error_names_its_subject_in_safe_text() {
    let subject = Subject::new("/no/such/\x1b[31mbridge.db".into());
    let said = subject.identify().unwrap_err().to_string();
    assert!(said.contains("bridge.db"), "{said}");
    assert!(!said.contains('\x1b'), "{said:?}");
}

#[test]
fn a_failure_outside_sqlite_keeps_its_source() {
    let subject = Subject::new("bridge.db".into());
    let error = subject.error("read the changes", Error::InvalidQuery);
    assert_eq!(error.to_string(), "read the changes of bridge.db failed");
    assert!(std::error::Error::source(&error).is_some());
}
