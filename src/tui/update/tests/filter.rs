//! The filter of a view, as it is typed.

use super::*;

#[test]
fn a_filter_counts_and_escape_clears_it() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2/SILENT");
    assert!(show(&mut model, SIZE, NOW).contains(" /SILENT▏  2/104 workers"));
    types(&mut model, "\n");
    assert!(show(&mut model, SIZE, NOW).contains("2/104 workers · attention ▾ · filter `SILENT`"));
    types(&mut model, "/x");
    let text = show(&mut model, SIZE, NOW);
    assert!(
        text.contains("0 of 104 match `SILENTx`. Esc clears."),
        "{text}"
    );
    types(&mut model, "\x1b");
    assert_eq!(model.screens.workers.rows.len(), 104);
}

#[test]
fn a_filter_has_fields_and_what_cannot_be_read_keeps_the_rows() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2/state:silent");
    assert_eq!(model.screens.workers.rows.len(), 2);
    // Not yet a filter: the last one that was stays, and the reason is said.
    types(&mut model, " (");
    assert_eq!(model.screens.workers.rows.len(), 2);
    types(&mut model, "team:");
    let text = show(&mut model, SIZE, NOW);
    assert!(
        text.contains("state:silent (team:▏  a value is expected here"),
        "{text}"
    );
    types(&mut model, "nobody)\n");
    assert_eq!(model.screens.workers.rows.len(), 0);
    types(&mut model, "\x1b/!state:silent hb>0s\n");
    assert!(model.screens.workers.rows.len() > 50);
    assert!(
        !model
            .screens
            .workers
            .rows
            .iter()
            .any(|w| w.verdict.state == crate::domain::State::Silent)
    );
}

#[test]
fn keys_that_are_letters_go_into_the_filter_while_it_is_typed() {
    let mut model = told(fixture::swarm(9));
    assert_eq!(types(&mut model, "2/qgg!"), []);
    assert_eq!(model.screens.workers.filter, "qgg!");
    model.update(key(KeyCode::Backspace), NOW);
    assert_eq!(model.screens.workers.filter, "qgg");
}
