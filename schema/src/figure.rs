//! Measured figures, exactly as stated.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Number;

/// A number that a 64-bit float holds exactly as it was written: what is read is what is stored.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Number", into = "f64")]
#[schemars(with = "f64")]
pub struct Figure(pub f64);

impl From<Figure> for f64 {
    fn from(figure: Figure) -> f64 {
        figure.0
    }
}

impl TryFrom<Number> for Figure {
    type Error = String;

    fn try_from(number: Number) -> Result<Figure, String> {
        let inexact = || format!("{number} is not a number that 64 bits of floating point hold exactly");
        let figure = number
            .as_f64()
            .filter(|figure| figure.is_finite())
            .ok_or_else(inexact)?;
        // A whole number beyond 2^53 may have been rounded.
        let is_exact = match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => figure as i128 == i128::from(whole),
            (None, Some(whole)) => figure as i128 == i128::from(whole),
            (None, None) => true,
        };
        if is_exact {
            Ok(Figure(figure))
        } else {
            Err(inexact())
        }
    }
}
