//! How things look. Views name a [`Role`], never a colour; colours stand in `assets/themes` and are read here and nowhere else.

mod depth;
mod palette;

pub use depth::Depth;
use depth::reduce;
pub use palette::Palette;
use ratatui::style::Style;

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// What a piece of text means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Role { $($(#[$doc])* $name),+ }

        impl Role {
            /// Every role, in order of declaration.
            pub(crate) const ALL: &[(Self, &'static str)] = &[$((Self::$name, $text)),+];
        }
    };
}

roles!(
    /// Ordinary text.
    Text = "text",
    /// Beside the point.
    Dim = "dim",
    /// Headings.
    Title = "title",
    /// Rules and frames.
    Border = "border",
    /// The mark of the selected row, the current tab.
    Accent = "accent",
    /// Good.
    Ok = "ok",
    /// Look at it.
    Warn = "warn",
    /// Act.
    Crit = "crit",
    /// Worth knowing.
    Info = "info",
    /// Held, waiting.
    Hold = "hold",
    /// Nothing to judge by.
    Unknown = "unknown",
    /// Selected row.
    Select = "select",
    /// What a filter matched.
    Match = "match",
    /// A key that works.
    Key = "key",
    /// A key that does not work now.
    KeyOff = "key_off",
    /// Full part of a bar.
    BarFill = "bar_fill",
    /// Empty part of a bar.
    BarEmpty = "bar_empty",
    /// Small charts.
    Spark = "spark",
    /// Data is live.
    Live = "header_live",
    /// Data is old.
    Stale = "header_stale",
    /// Data is gone.
    Off = "header_off",
    /// Data is not of now.
    Replay = "header_replay",
    /// Read only.
    ReadOnly = "ro",
    /// May be written.
    ReadWrite = "rw",
    /// A row that was marked.
    Mark = "mark",
    /// What came in.
    Added = "diff_add",
    /// What went away.
    Removed = "diff_del",
);

/// A style for every role, as far as the terminal shows it.
#[derive(Debug, Clone)]
pub(crate) struct Theme {
    styles: [Style; Role::ALL.len()],
    /// Behind everything.
    ground: Style,
}

impl Theme {
    /// The shipped theme called `name`, reduced to `depth`; an unknown name gives `term`.
    #[cfg(test)]
    pub(crate) fn named(name: &str, depth: Depth) -> Self {
        Self::of(&Palette::named(name).unwrap(), depth)
    }

    /// A theme, reduced to `depth`. With 16 colours or none it paints no background: nobody knows what those look like.
    pub(crate) fn of(palette: &Palette, depth: Depth) -> Self {
        let mut styles = [Style::new(); Role::ALL.len()];
        for (slot, (role, _)) in styles.iter_mut().zip(Role::ALL) {
            let full = palette.style(*role);
            *slot = Style {
                fg: full.fg.and_then(|color| reduce(color, depth)),
                ..full
            };
        }
        let painted = palette.background().filter(|_| depth >= Depth::Indexed);
        let mut theme = Self {
            styles,
            ground: Style::reset(),
        };
        if let Some(color) = painted.and_then(|color| reduce(color, depth)) {
            let text = theme.style(Role::Text);
            theme.ground = theme.ground.patch(text).bg(color);
        }
        theme
    }

    /// The style of a role, to be put over what stands there.
    pub(crate) fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// What stands behind everything; on a terminal's own background, nothing.
    pub(crate) fn ground(&self) -> Style {
        self.ground
    }

    /// The style of a role, in place of what stood there.
    pub(crate) fn fresh(&self, role: Role) -> Style {
        self.ground.patch(self.style(role))
    }
}

#[cfg(test)]
mod tests;
