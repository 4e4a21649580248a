//! The same rules for documents that other people wrote, where there are some: `SWARMWARDEN_CORPUS` names a folder.

use crate::{document, domain::text};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn every_document_says_something_and_all_of_it_is_neutral() {
    let folder = env::var_os("SWARMWARDEN_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("src/document/tests/fixtures"),
        PathBuf::from,
    );
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let mut read = 0;
    for path in paths {
        let name = path.to_string_lossy().into_owned();
        let Some(document) = document::read(&name, &fs::read(&path).unwrap_or_default()) else {
            continue;
        };
        read += 1;
        let lines = fs::read(&path)
            .unwrap_or_default()
            .split(|b| *b == b'\n')
            .count();
        let fields = document
            .claims
            .iter()
            .flat_map(|c| &c.fields)
            .chain(&document.head);
        let mut said = document.claims.len()
            + document.blockers.len()
            + document.tasks.len()
            + document.agents.len();
        for field in fields {
            said += 1;
            assert_eq!(text::line(&field.value), &*field.value, "{name}");
            assert!(
                field.line as usize <= lines && field.line > 0,
                "{name}: {field:?}"
            );
        }
        assert!(said > 0, "{name} says nothing");
        for claim in &document.claims {
            for output in &claim.outputs {
                assert!(
                    !output.starts_with(['/', '~']) && !output.contains(".."),
                    "{name}: {output}"
                );
            }
        }
    }
    assert!(read > 0, "no document in {}", folder.display());
}
