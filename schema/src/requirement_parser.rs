//! The grammar of PEP 508 requirements, with the repairs [`crate::requirement`] documents.

use pep508_rs::{ExtraName, MarkerTree, PackageName};

use crate::error::{ErrorCode, Fault};
use crate::marker_parser;
use crate::scan::Scanner;
use crate::specifier_parser::{self, Mode};
use crate::version::VersionSpecifiers;

/// What the grammar yields, before any derived value.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) name: PackageName,
    pub(crate) extras: Vec<ExtraName>,
    pub(crate) specifiers: VersionSpecifiers,
    pub(crate) marker: MarkerTree,
    pub(crate) url: Option<String>,
}

/// Reads the whole text as one requirement.
pub(crate) fn parse(text: &str, mode: Mode) -> Result<Parts, Fault> {
    let mut scanner = Scanner::new(text);
    scanner.skip_whitespace();
    let name = name(&mut scanner)?;
    scanner.skip_whitespace();
    let extras = extras(&mut scanner, mode)?;
    scanner.skip_whitespace();
    let mut parts = Parts {
        name,
        extras,
        specifiers: VersionSpecifiers::empty(),
        marker: MarkerTree::TRUE,
        url: None,
    };
    if scanner.eat("@") {
        parts.url = Some(url(&mut scanner)?);
    } else {
        parts.specifiers = version_part(&mut scanner, mode)?;
        scanner.skip_whitespace();
    }
    if scanner.is_done() {
        return Ok(parts);
    }
    if !scanner.eat(";") {
        return Err(invalid(format!(
            "`{}` is not expected here",
            shorten(scanner.rest())
        )));
    }
    if mode == Mode::Repair && scanner.rest().trim().is_empty() {
        return Ok(parts);
    }
    parts.marker = marker_parser::parse(scanner.rest())?;
    Ok(parts)
}

fn name(scanner: &mut Scanner<'_>) -> Result<PackageName, Fault> {
    let text = identifier(scanner);
    if text.is_empty() {
        let message = match scanner.peek() {
            None => "the requirement is empty".to_owned(),
            Some(_) => format!(
                "a package name must come first, not `{}`",
                shorten(scanner.rest())
            ),
        };
        return Err(invalid(message));
    }
    text.parse()
        .map_err(|_| invalid(format!("`{text}` is not a valid package name")))
}

fn identifier<'text>(scanner: &mut Scanner<'text>) -> &'text str {
    scanner.take_while(|character| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_'))
}

fn extras(scanner: &mut Scanner<'_>, mode: Mode) -> Result<Vec<ExtraName>, Fault> {
    let mut found: Vec<ExtraName> = Vec::new();
    if !scanner.eat("[") {
        return Ok(found);
    }
    scanner.skip_whitespace();
    if scanner.eat("]") {
        return Ok(found);
    }
    loop {
        scanner.skip_whitespace();
        let text = identifier(scanner);
        if text.is_empty() && mode == Mode::Repair && scanner.eat("]") {
            return Ok(found);
        }
        let extra = crate::name::extra(text).map_err(|_| {
            invalid(format!(
                "an extra name was expected at `{}{}`",
                text,
                shorten(scanner.rest())
            ))
        })?;
        if !found.contains(&extra) {
            found.push(extra);
        }
        scanner.skip_whitespace();
        if scanner.eat("]") {
            return Ok(found);
        }
        if !scanner.eat(",") {
            return Err(invalid(format!(
                "`,` or `]` was expected at `{}`",
                shorten(scanner.rest())
            )));
        }
    }
}

/// `WS <url> (WS ";" marker)?`: the URL ends at the first white space.
fn url(scanner: &mut Scanner<'_>) -> Result<String, Fault> {
    scanner.skip_whitespace();
    let text = scanner.take_while(|character| character != ' ' && character != '\t');
    if text.is_empty() {
        return Err(invalid("a URL is missing after `@`".to_owned()));
    }
    scanner.skip_whitespace();
    Ok(text.to_owned())
}

fn version_part(scanner: &mut Scanner<'_>, mode: Mode) -> Result<VersionSpecifiers, Fault> {
    if !scanner.eat("(") {
        return specifier_parser::many(scanner, mode);
    }
    let found = specifier_parser::many(scanner, mode)?;
    scanner.skip_whitespace();
    if scanner.eat(")") {
        return Ok(found);
    }
    Err(invalid(format!(
        "`)` was expected at `{}`",
        shorten(scanner.rest())
    )))
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}

fn invalid(message: String) -> Fault {
    Fault::new(ErrorCode::InvalidRequirement, message).remedy(
        "write the requirement as PEP 508 says, such as `name[extra]>=1.2; python_version >= \"3.9\"`",
    )
}
