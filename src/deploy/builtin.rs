//! What the program brings along: the protocol's own swarms, and the templates of their missions.

/// Swarms, by name.
pub const EXAMPLES: [(&str, &str); 2] = [
    (
        "infrafabric",
        include_str!("../../assets/examples/infrafabric.toml"),
    ),
    (
        "nine-agents",
        include_str!("../../assets/examples/nine-agents.toml"),
    ),
];

const TEMPLATES: [(&str, &str); 2] = [
    ("swarm", include_str!("../../assets/missions/swarm.md")),
    ("drill", include_str!("../../assets/missions/drill.md")),
];

fn find(all: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    all.iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}

/// The swarm of a name.
#[must_use]
pub fn example(name: &str) -> Option<&'static str> {
    find(&EXAMPLES, name)
}

/// The template of a name.
#[must_use]
pub fn template(name: &str) -> Option<&'static str> {
    find(&TEMPLATES, name)
}
