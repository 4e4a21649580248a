//! Themes: the shipped ones, and those of the operator's own, which lie beside the configuration.

use super::failure::Failure;
use crate::cli::ThemeCommand;
use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};
use swarmwarden::{
    domain::{spelling::nearest, text},
    headless::Exit,
    settings::{self, AUTO, File, Settings},
    tui::Palette,
};

/// A theme is a few lines; what is larger is none.
const CAP: u64 = 64 * 1024;

/// `theme`.
pub(super) fn run(settings: &Settings, asked: &ThemeCommand) -> Result<Exit, Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match asked {
        ThemeCommand::List => {
            for (name, what) in all() {
                let used = if name == settings.theme { '*' } else { ' ' };
                let name = text::line(&name).into_owned();
                writeln!(out, "{used} {name:<12} {}", text::line(&what))?;
            }
        }
        ThemeCommand::Print { name } => {
            if name == AUTO {
                let why = "auto is dark or light, by the terminal's background: print one of those";
                return Err(Failure::Usage(why.to_owned()));
            }
            let palette = match own(name)? {
                None => Palette::named(name).unwrap_or_default(),
                Some(raw) => {
                    let (palette, flaws) = Palette::read(&raw);
                    for flaw in flaws {
                        writeln!(io::stderr(), "swarmwarden: theme {name}: {flaw}")?;
                    }
                    palette
                }
            };
            writeln!(
                out,
                "# {name}: a value is a colour (black red green yellow blue magenta cyan gray white, light… and darkgray, 0-255, #rrggbb),\n\
                 # any of bold dim italic underline reverse, both, or nothing. `background` is painted; empty, it stays the terminal's."
            )?;
            write!(out, "{palette}")?;
        }
    }
    out.flush()?;
    Ok(Exit::Ok)
}

/// The text of the theme of the operator's own that is called `name`; `None` for a shipped one. A file wins over a shipped theme.
///
/// # Errors
/// [`Failure::Usage`], with the names of those that exist; [`Failure::Place`] for a file that cannot be read.
pub(super) fn own(name: &str) -> Result<Option<String>, Failure> {
    if settings::is_theme(name)
        && let Some(path) = directory().map(|dir| dir.join(format!("{name}.toml")))
        && let Some(raw) = read(&path).map_err(|error| Failure::Place(path, error))?
    {
        return Ok(Some(raw));
    }
    if name == AUTO || Palette::shipped().any(|(shipped, _)| shipped == name) {
        return Ok(None);
    }
    Err(Failure::Usage(unknown(name)))
}

/// Name and text of every theme of the operator's own that can be read.
pub(super) fn owned() -> Vec<(String, String)> {
    let all = all().into_iter();
    let own = all.filter_map(|(name, _)| {
        let path = directory()?.join(format!("{name}.toml"));
        Some((name, read(&path).ok().flatten()?))
    });
    own.collect()
}

/// A theme that the configuration names and that does not exist is a warning, and the default stays.
pub(super) fn settle(file: &mut File, warnings: &mut Vec<String>) {
    if let Some(name) = &file.theme
        && let Err(error) = own(name)
    {
        let line = file.lines.remove("ui.theme").flatten();
        let line = line.map(|n| format!("line {n}: ")).unwrap_or_default();
        warnings.push(format!("{line}`ui.theme`: {error}; the default stays"));
        file.theme = None;
    }
}

/// What is said of a name that no theme has.
fn unknown(name: &str) -> String {
    let all: Vec<String> = all().into_iter().map(|(name, _)| name).collect();
    let like = nearest(name, all.iter().map(String::as_str)).unwrap_or_default();
    let place = directory().map_or_else(String::new, |dir| {
        format!("; your own are files NAME.toml in {}", dir.display())
    });
    let said = format!(
        "no theme is called `{}`; there are {}, {AUTO}; the nearest is `{like}`{place}",
        text::head(name, 64),
        all.join(", ")
    );
    text::line(&said).into_owned()
}

/// Name of every theme, and what it is: the shipped ones, then the operator's own by name.
fn all() -> Vec<(String, String)> {
    let mut own: Vec<(String, String)> = directory()
        .and_then(|dir| fs::read_dir(dir).ok())
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            let name = path.file_stem()?.to_str()?;
            let theme = path.extension().is_some_and(|e| e == "toml") && settings::is_theme(name);
            theme.then(|| (name.to_owned(), path.display().to_string()))
        })
        .collect();
    own.sort();
    let shipped = Palette::shipped()
        .map(|(name, what)| (name.to_owned(), what.to_owned()))
        .filter(|(name, _)| own.iter().all(|(other, _)| other != name));
    shipped.chain(own.iter().cloned()).collect()
}

/// Where the operator's own lie.
fn directory() -> Option<PathBuf> {
    Some(super::config::usual()?.with_file_name("themes"))
}

/// A file of theirs; `None` where there is none.
fn read(path: &Path) -> io::Result<Option<String>> {
    let size = match fs::metadata(path) {
        Ok(facts) if facts.is_file() => facts.len(),
        Ok(_) => return Err(io::Error::other("not a file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if size > CAP {
        return Err(io::Error::other("larger than 64 KiB, which no theme is"));
    }
    let mut raw = Vec::new();
    fs::File::open(path)?.take(CAP).read_to_end(&mut raw)?;
    Ok(Some(String::from_utf8_lossy(&raw).into_owned()))
}
