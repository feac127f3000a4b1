//! Reads version specifiers: strictly as PEP 440 says, then with the repairs [`crate::requirement`] documents.

use crate::error::{ErrorCode, Fault};
use crate::scan::Scanner;
use crate::version::{Operator, Version, VersionSpecifier, VersionSpecifiers};

/// How much a parser forgives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The text as the standards have it.
    Strict,
    /// The repairs documented in [`crate::requirement`].
    Repair,
}

const OPERATORS: [(&str, Operator); 8] = [
    ("===", Operator::ExactEqual),
    ("==", Operator::Equal),
    ("~=", Operator::TildeEqual),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessThanEqual),
    (">=", Operator::GreaterThanEqual),
    ("<", Operator::LessThan),
    (">", Operator::GreaterThan),
];

/// The whole text as a list of specifiers, strictly first, then repaired; empty text admits every version.
pub(crate) fn specifiers(text: &str) -> Result<VersionSpecifiers, Fault> {
    whole(text, Mode::Strict).or_else(|fault| whole(text, Mode::Repair).map_err(|_| fault))
}

/// The whole text as a list of specifiers.
pub(crate) fn whole(text: &str, mode: Mode) -> Result<VersionSpecifiers, Fault> {
    let mut scanner = Scanner::new(text.trim());
    let found = many(&mut scanner, mode)?;
    scanner.skip_whitespace();
    if scanner.is_done() {
        return Ok(found);
    }
    Err(fault(format!(
        "`{}` is not expected after the version specifiers of `{text}`",
        scanner.rest()
    )))
}

/// `specifier (WS? "," WS? specifier)* ","?`, stopping before the first character that belongs to something else.
pub(crate) fn many(scanner: &mut Scanner<'_>, mode: Mode) -> Result<VersionSpecifiers, Fault> {
    let mut found: Vec<VersionSpecifier> = Vec::new();
    loop {
        scanner.skip_whitespace();
        let before = scanner.clone();
        let Some(operator) = operator(scanner) else { break };
        scanner.skip_whitespace();
        if mode == Mode::Repair {
            scanner.take_while(|character| character == '\'' || character == '"');
        }
        let text = scanner.take_while(|character| belongs_to_version(character, operator));
        if mode == Mode::Repair {
            scanner.take_while(|character| character == '\'' || character == '"');
        }
        match specifier(operator, text, mode) {
            Ok(one) => found.push(one),
            Err(problem) => return Err(problem.at_text(before.rest())),
        }
        scanner.skip_whitespace();
        // Leniently a new operator may follow without a comma, as in `>=1.0<2.0`.
        if !scanner.eat(",") && mode == Mode::Strict {
            break;
        }
    }
    Ok(found.into_iter().collect())
}

fn operator(scanner: &mut Scanner<'_>) -> Option<Operator> {
    OPERATORS
        .iter()
        .find(|(text, _)| scanner.eat(text))
        .map(|(_, operator)| *operator)
}

fn belongs_to_version(character: char, operator: Operator) -> bool {
    if operator == Operator::ExactEqual {
        return !character.is_whitespace() && !matches!(character, ';' | ')' | ',');
    }
    character.is_ascii_alphanumeric() || matches!(character, '.' | '*' | '+' | '!' | '-' | '_')
}

fn specifier(operator: Operator, text: &str, mode: Mode) -> Result<VersionSpecifier, Problem> {
    if text.is_empty() {
        return Err(Problem("a version is missing after the operator".to_owned()));
    }
    let (base, star) = match text.strip_suffix(".*") {
        Some(base) => (base, true),
        None => (text, false),
    };
    if star && operator == Operator::ExactEqual {
        return Err(Problem(format!("`==={text}` compares text that no version has")));
    }
    let version: Version = base
        .parse()
        .map_err(|_| Problem(format!("`{text}` is not a version")))?;
    let operator = match (operator, star) {
        (operator, false) => operator,
        (Operator::Equal, true) => Operator::EqualStar,
        (Operator::NotEqual, true) => Operator::NotEqualStar,
        // `>=2.*` was written for `>=2`, `<3.*` for `<3`; `>2.*` and `~=2.*` leave open what was meant.
        (Operator::GreaterThanEqual | Operator::LessThan, true) if mode == Mode::Repair => operator,
        (Operator::LessThanEqual, true) if mode == Mode::Repair => return through_prefix(&version),
        _ => {
            return Err(Problem(format!(
                "`.*` is only allowed after `==` and `!=`, not in `{text}`"
            )));
        }
    };
    if operator.is_star() && (version.any_prerelease() || version.is_post() || version.is_local()) {
        return Err(Problem(format!(
            "`.*` cannot follow a pre-, post-, development or local release in `{text}`"
        )));
    }
    VersionSpecifier::from_version(operator, version).map_err(|problem| Problem(problem.to_string()))
}

/// `<=2.*` was written for every release that starts with 2 and everything before, which is `<3`.
fn through_prefix(version: &Version) -> Result<VersionSpecifier, Problem> {
    let mut release = version.release().to_vec();
    let next = release.last().and_then(|last| last.checked_add(1));
    let (Some(last), Some(next)) = (release.last_mut(), next) else {
        return Err(Problem(format!("`{version}.*` has no next release")));
    };
    *last = next;
    let until = Version::new(release).with_epoch(version.epoch());
    Ok(VersionSpecifier::less_than_version(until))
}

struct Problem(String);

impl Problem {
    fn at_text(self, text: &str) -> Fault {
        let shown: String = text.chars().take(60).collect();
        fault(format!("{} (in `{shown}`)", self.0))
    }
}

fn fault(message: String) -> Fault {
    Fault::new(ErrorCode::InvalidSpecifier, message)
        .remedy("write specifiers as PEP 440 says, such as `>=1.2,<2`")
}
