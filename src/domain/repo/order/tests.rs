use crate::domain::{
    Branch,
    repo::{Cell, ClashKind, FileClash, Matrix},
};
use std::sync::Arc;

fn clash(paths: &[&str]) -> Cell {
    let file = |path: &&str| FileClash {
        path: Arc::from(*path),
        kind: ClashKind::Content,
        hunks: [].into(),
    };
    Cell::Conflict(paths.iter().map(file).collect())
}

fn branch(name: &str, files: &[&str]) -> Branch {
    Branch {
        name: name.into(),
        files: files.iter().map(|f| Arc::from(*f)).collect(),
        ..Branch::default()
    }
}

/// `main`, a, b, c; cells: main-a, main-b, main-c, a-b, a-c, b-c.
fn matrix(cells: [Cell; 6], branches: &[Branch]) -> Matrix {
    let mut matrix = Matrix {
        names: ["main", "a", "b", "c"].map(Arc::from).into(),
        cells: cells.into(),
        ..Matrix::default()
    };
    matrix.arrange(branches);
    matrix
}

fn order(matrix: &Matrix) -> Vec<(&str, u32)> {
    let steps = matrix.order.iter();
    steps.map(|s| (&*s.branch, s.new_conflicts)).collect()
}

#[test]
fn cells_are_found_by_row_and_name_in_either_order() {
    use Cell::{Clean, Pending, Unrelated};
    let cells = [
        Clean,
        Pending,
        Unrelated,
        clash(&["x"]),
        clash(&["y"]),
        clash(&["z"]),
    ];
    let m = matrix(cells, &[]);
    assert_eq!(m.cell(2, 3), Some(&clash(&["z"])));
    assert_eq!(m.cell(3, 1), Some(&clash(&["y"])));
    assert_eq!((m.cell(1, 1), m.cell(0, 4)), (None, None));
    assert_eq!(m.between("c", "main"), Some(&Unrelated));
    assert_eq!(m.with_base("b"), Some(&Pending));
    assert_eq!(m.clashing("a"), [Arc::from("b"), Arc::from("c")]);
}

#[test]
fn the_fewest_new_conflicts_are_merged_first_and_the_reason_says_so() {
    use Cell::Clean;
    let branches = [
        branch("a", &["f", "g"]),
        branch("b", &["f"]),
        branch("c", &["f", "h", "i"]),
    ];
    let cells = [Clean, Clean, clash(&["h"]), clash(&["f"]), Clean, Clean];
    let m = matrix(cells, &branches);
    // b changes fewer files than a; c is in conflict with main whatever comes first, a only with b.
    assert_eq!(order(&m), [("b", 0), ("a", 1), ("c", 1)]);
    assert_eq!(&*m.order[0].reason, "no conflict; 1 file");
    assert_eq!(&*m.order[1].reason, "1 file in conflict with b: f");
    assert_eq!(&*m.order[2].reason, "1 file in conflict with main: h");
}

#[test]
fn what_cannot_be_told_comes_last() {
    use Cell::{Clean, Pending, Unrelated};
    let m = matrix(
        [
            Unrelated,
            clash(&["p", "q", "r"]),
            Pending,
            Clean,
            Clean,
            Clean,
        ],
        &[],
    );
    assert_eq!(order(&m), [("b", 3), ("a", 0), ("c", 0)]);
    assert_eq!(
        &*m.order[0].reason,
        "3 files in conflict with main: p, q, …"
    );
    assert!(m.order[1].unsure && m.order[1].reason.contains("no commit in common"));
    assert!(m.order[2].reason.contains("not worked out yet"));
}

#[test]
fn files_of_several_branches_overlap_the_most_shared_first() {
    use Cell::Clean;
    let branches = [
        branch("a", &["x", "y"]),
        branch("b", &["w", "x", "y"]),
        branch("c", &["y"]),
    ];
    let m = matrix([Clean, Clean, Clean, Clean, Clean, Clean], &branches);
    let found: Vec<_> = m
        .overlaps
        .iter()
        .map(|o| (&*o.path, o.branches.len()))
        .collect();
    assert_eq!(found, [("y", 3), ("x", 2)]);
    assert_eq!(m.overlaps_left_out, 0);
}
