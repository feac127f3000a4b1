//! The grammar of PEP 508 markers. What each comparison means is in [`crate::marker`]'s documentation.

use pep508_rs::{
    ExtraOperator, MarkerExpression, MarkerOperator, MarkerTree, MarkerValueExtra, MarkerValueString,
    MarkerValueVersion,
};

use crate::error::{ErrorCode, Fault};
use crate::marker::version_comparison::{
    compare_version, listed_versions, parts_that_are_values, reversed_version,
};
use crate::scan::Scanner;

/// Deepest nesting of parentheses in a marker.
pub(crate) const MAX_MARKER_DEPTH: usize = 64;

/// Most comparisons in a marker: decision diagrams may grow fast in their number.
pub(crate) const MAX_MARKER_COMPARISONS: usize = 512;

/// What a look for a text in the versions of all known interpreters costs, in comparisons.
const TABLE_COMPARISONS: usize = 128;

/// The operators of the marker grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Identical,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Compatible,
    In,
    NotIn,
}

impl Comparison {
    /// The operator with both sides exchanged, for those that have one.
    pub(crate) fn reversed(self) -> Comparison {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::LessEqual => Comparison::GreaterEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterEqual => Comparison::LessEqual,
            same => same,
        }
    }
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Operand {
    Version(MarkerValueVersion),
    Text(MarkerValueString),
    Extra,
    Literal(String),
}

/// Reads the whole text as a marker.
pub(crate) fn parse(text: &str) -> Result<MarkerTree, Fault> {
    let mut parser = Parser {
        scanner: Scanner::new(text),
        depth: 0,
        comparisons: 0,
    };
    let tree = parser.disjunction()?;
    if parser.scanner.is_done() {
        return Ok(tree);
    }
    Err(invalid(format!(
        "`{}` is not expected in the marker `{}`",
        parser.shown(),
        text.trim()
    )))
}

struct Parser<'text> {
    scanner: Scanner<'text>,
    depth: usize,
    comparisons: usize,
}

impl Parser<'_> {
    fn shown(&self) -> String {
        self.scanner.rest().chars().take(60).collect()
    }

    fn disjunction(&mut self) -> Result<MarkerTree, Fault> {
        let mut tree = self.conjunction()?;
        while self.scanner.eat_word("or") {
            let next = self.conjunction()?;
            tree.or(next);
        }
        Ok(tree)
    }

    fn conjunction(&mut self) -> Result<MarkerTree, Fault> {
        let mut tree = self.atom()?;
        while self.scanner.eat_word("and") {
            let next = self.atom()?;
            tree.and(next);
        }
        Ok(tree)
    }

    fn atom(&mut self) -> Result<MarkerTree, Fault> {
        self.scanner.skip_whitespace();
        let tree = if self.scanner.eat("(") {
            self.depth += 1;
            if self.depth > MAX_MARKER_DEPTH {
                return Err(limit(format!(
                    "a marker nests deeper than {MAX_MARKER_DEPTH} parentheses"
                )));
            }
            let inner = self.disjunction()?;
            if !self.scanner.eat(")") {
                return Err(invalid(format!("`)` was expected at `{}`", self.shown())));
            }
            self.depth -= 1;
            inner
        } else {
            self.comparison()?
        };
        self.scanner.skip_whitespace();
        Ok(tree)
    }

    fn comparison(&mut self) -> Result<MarkerTree, Fault> {
        self.counted(1)?;
        let left = self.operand()?;
        self.scanner.skip_whitespace();
        let operator = self.operator()?;
        self.scanner.skip_whitespace();
        let right = self.operand()?;
        match (left, right) {
            (Operand::Version(key), Operand::Literal(value)) => self.version(&key, operator, &value),
            (Operand::Literal(value), Operand::Version(key)) => {
                if matches!(operator, Comparison::In | Comparison::NotIn) {
                    self.counted(TABLE_COMPARISONS)?;
                }
                reversed_version(&key, operator, &value)
            }
            (Operand::Text(key), Operand::Literal(value)) => string(key, operator, value, false),
            (Operand::Literal(value), Operand::Text(key)) => string(key, operator, value, true),
            (Operand::Extra, Operand::Literal(value)) | (Operand::Literal(value), Operand::Extra) => {
                extra(operator, value)
            }
            _ => Err(invalid(
                "a marker must compare a variable with a quoted value".to_owned(),
            )),
        }
    }

    /// Work grows with the square of the comparisons.
    fn counted(&mut self, comparisons: usize) -> Result<(), Fault> {
        self.comparisons += comparisons;
        if self.comparisons > MAX_MARKER_COMPARISONS {
            return Err(limit(format!(
                "a marker has more than {MAX_MARKER_COMPARISONS} comparisons"
            )));
        }
        Ok(())
    }

    fn version(
        &mut self,
        key: &MarkerValueVersion,
        operator: Comparison,
        value: &str,
    ) -> Result<MarkerTree, Fault> {
        if !matches!(operator, Comparison::In | Comparison::NotIn) {
            return Ok(compare_version(key, operator, value));
        }
        // Each part of the text that may be a version is compared with.
        let parts = parts_that_are_values(key, value, MAX_MARKER_COMPARISONS);
        self.counted(parts.len())?;
        Ok(listed_versions(key, &parts, operator == Comparison::NotIn))
    }

    fn operand(&mut self) -> Result<Operand, Fault> {
        for quote in ["'", "\""] {
            if !self.scanner.eat(quote) {
                continue;
            }
            let value = self
                .scanner
                .take_while(|character| !quote.starts_with(character))
                .to_owned();
            if !self.scanner.eat(quote) {
                return Err(invalid(format!("the quote before `{value}` is not closed")));
            }
            return Ok(Operand::Literal(value));
        }
        let before = self.shown();
        let name = self
            .scanner
            .take_while(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '.'));
        variable(name).ok_or_else(|| {
            invalid(format!(
                "a marker variable or a quoted value was expected at `{before}`"
            ))
        })
    }

    fn operator(&mut self) -> Result<Comparison, Fault> {
        const SIGNS: [(&str, Comparison); 8] = [
            ("===", Comparison::Identical),
            ("==", Comparison::Equal),
            ("~=", Comparison::Compatible),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessEqual),
            (">=", Comparison::GreaterEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        if self.scanner.eat_word("in") {
            return Ok(Comparison::In);
        }
        if self.scanner.eat_word("not") {
            self.scanner.skip_whitespace();
            if self.scanner.eat_word("in") {
                return Ok(Comparison::NotIn);
            }
            return Err(invalid(format!(
                "`in` was expected after `not` at `{}`",
                self.shown()
            )));
        }
        let sign = SIGNS.iter().find(|(text, _)| self.scanner.eat(text));
        sign.map(|(_, comparison)| *comparison).ok_or_else(|| {
            invalid(format!(
                "a comparison operator was expected at `{}`",
                self.shown()
            ))
        })
    }
}

fn variable(name: &str) -> Option<Operand> {
    Some(match name {
        "python_version" => Operand::Version(MarkerValueVersion::PythonVersion),
        "python_full_version" => Operand::Version(MarkerValueVersion::PythonFullVersion),
        "implementation_version" => Operand::Version(MarkerValueVersion::ImplementationVersion),
        "os_name" | "os.name" => Operand::Text(MarkerValueString::OsName),
        "sys_platform" | "sys.platform" => Operand::Text(MarkerValueString::SysPlatform),
        "platform_machine" | "platform.machine" => Operand::Text(MarkerValueString::PlatformMachine),
        "platform_python_implementation" | "platform.python_implementation" | "python_implementation" => {
            Operand::Text(MarkerValueString::PlatformPythonImplementation)
        }
        "platform_release" => Operand::Text(MarkerValueString::PlatformRelease),
        "platform_system" => Operand::Text(MarkerValueString::PlatformSystem),
        "platform_version" | "platform.version" => Operand::Text(MarkerValueString::PlatformVersion),
        "implementation_name" => Operand::Text(MarkerValueString::ImplementationName),
        "extra" => Operand::Extra,
        _ => return None,
    })
}

fn string(
    key: MarkerValueString,
    operator: Comparison,
    value: String,
    literal_first: bool,
) -> Result<MarkerTree, Fault> {
    let operator = match (operator, literal_first) {
        // Text has no order that PEP 508 defines: `<` never holds, `<=` holds where both are equal.
        (Comparison::Less | Comparison::Greater, _) if key != MarkerValueString::PlatformRelease => {
            return Ok(MarkerTree::FALSE);
        }
        (Comparison::LessEqual | Comparison::GreaterEqual, _)
            if key != MarkerValueString::PlatformRelease =>
        {
            MarkerOperator::Equal
        }
        (Comparison::Equal | Comparison::Identical, _) => MarkerOperator::Equal,
        (Comparison::NotEqual, _) => MarkerOperator::NotEqual,
        (Comparison::In, false) => MarkerOperator::In,
        (Comparison::NotIn, false) => MarkerOperator::NotIn,
        (Comparison::In, true) => MarkerOperator::Contains,
        (Comparison::NotIn, true) => MarkerOperator::NotContains,
        (ordered, reversed) => {
            let ordered = if reversed { ordered.reversed() } else { ordered };
            match ordered {
                Comparison::Less => MarkerOperator::LessThan,
                Comparison::LessEqual => MarkerOperator::LessEqual,
                Comparison::Greater => MarkerOperator::GreaterThan,
                Comparison::GreaterEqual => MarkerOperator::GreaterEqual,
                _ => return Err(invalid(format!("`~=` compares versions, and `{key}` is none"))),
            }
        }
    };
    Ok(MarkerTree::expression(MarkerExpression::String {
        key,
        operator,
        value,
    }))
}

fn extra(operator: Comparison, value: String) -> Result<MarkerTree, Fault> {
    let operator = match operator {
        Comparison::Equal | Comparison::Identical | Comparison::LessEqual | Comparison::GreaterEqual => {
            ExtraOperator::Equal
        }
        Comparison::NotEqual => ExtraOperator::NotEqual,
        Comparison::Less | Comparison::Greater => return Ok(MarkerTree::FALSE),
        Comparison::Compatible | Comparison::In | Comparison::NotIn => {
            return Err(invalid(
                "`extra` can only be compared with `==` and `!=`".to_owned(),
            ));
        }
    };
    let name = match crate::name::extra(&value) {
        Ok(name) => MarkerValueExtra::Extra(name),
        // Some metadata has a whole marker where the name should be; such an extra can never be asked for.
        Err(_) => MarkerValueExtra::Arbitrary(value),
    };
    Ok(MarkerTree::expression(MarkerExpression::Extra { operator, name }))
}

fn invalid(message: String) -> Fault {
    Fault::new(ErrorCode::InvalidMarker, message).remedy(
        "write the marker as PEP 508 says, such as `python_version >= \"3.9\" and sys_platform == \"linux\"`",
    )
}

fn limit(message: String) -> Fault {
    Fault::new(ErrorCode::LimitExceeded, message)
        .remedy("split the requirement into several with simpler markers")
}
