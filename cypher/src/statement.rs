//! The catalogue: every statement is a `.cypher` file with a header, compiled into the binary.
//!
//! A header is the block of `//` lines at the top: `purpose`, `params`, `columns`, `index`, `rows`. The columns are
//! read from there because a Bolt row keeps no column order.

use std::sync::OnceLock;

/// One statement of the catalogue.
#[derive(Debug)]
pub struct Statement {
    /// `folder/name`, as the file is called without its ending.
    pub name: &'static str,
    /// The whole file.
    pub source: &'static str,
    columns: OnceLock<Vec<String>>,
}

impl Statement {
    /// Declares a statement; used by the catalogue only.
    pub(crate) const fn new(name: &'static str, source: &'static str) -> Self {
        Self {
            name,
            source,
            columns: OnceLock::new(),
        }
    }

    /// The value of a header line, e.g. `purpose`.
    pub fn header(&self, field: &str) -> Option<&'static str> {
        self.source
            .lines()
            .take_while(|line| line.starts_with("//"))
            .filter_map(|line| line.trim_start_matches("//").trim().split_once(':'))
            .find(|(name, _)| *name == field)
            .map(|(_, value)| value.trim())
    }

    /// Column names in the order of the `RETURN` clause; empty for a statement that returns nothing.
    pub fn columns(&self) -> &[String] {
        self.columns.get_or_init(|| {
            let listed = self.header("columns").unwrap_or_default();
            listed
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect()
        })
    }

    /// The statement without its header, as it is sent to an engine.
    pub fn text(&self) -> &'static str {
        let header: usize = self
            .source
            .split_inclusive('\n')
            .take_while(|line| line.starts_with("//"))
            .map(str::len)
            .sum();
        self.source.get(header..).unwrap_or(self.source).trim()
    }
}

macro_rules! catalogue {
    ($($(#[$doc:meta])* $constant:ident = $name:literal;)*) => {
        $($(#[$doc])* pub static $constant: Statement =
            Statement::new($name, include_str!(concat!("../", $name, ".cypher")));)*

        /// Every statement, in the order of the catalogue.
        pub static CATALOGUE: &[&Statement] = &[$(&$constant),*];
    };
}

include!("catalogue.rs");
