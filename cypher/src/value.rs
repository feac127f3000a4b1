//! The one value type that crosses the graph boundary, in parameters and in rows.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::collections::BTreeMap;
use std::fmt;

/// A Cypher value as both engines can hold it. Nodes, relationships and paths never leave the driver: statements
/// return scalars, lists and maps of scalars.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// The absence of a value.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A 64-bit signed integer.
    Int(i64),
    /// A 64-bit IEEE 754 number.
    Float(f64),
    /// Unicode text.
    Text(String),
    /// An ordered list; stored properties are lists of one scalar type.
    List(Vec<Value>),
    /// Keys to values; only in parameters and results, never stored.
    Map(BTreeMap<String, Value>),
}

impl Value {
    /// The text, or `None` for every other type.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, or `None` for every other type.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The truth value, or `None` for every other type.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The items, or an empty slice for every other type.
    pub fn items(&self) -> &[Value] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The texts of a list of texts; other items are left out.
    pub fn texts(&self) -> Vec<String> {
        self.items()
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    }

    /// Whether this is the absence of a value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The same value as JSON; a float that is no number becomes null.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Int(number) => (*number).into(),
            Self::Float(number) => {
                Number::from_f64(*number).map_or(serde_json::Value::Null, serde_json::Value::Number)
            }
            Self::Text(text) => text.clone().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(entries) => serde_json::Value::Object(
                entries
                    .iter()
                    .map(|(key, item)| (key.clone(), item.to_json()))
                    .collect(),
            ),
        }
    }

    /// The value that a JSON value stands for; numbers beyond 64 bits become floats.
    pub fn from_json(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(flag) => Self::Bool(*flag),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(whole) => Self::Int(whole),
                None => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            serde_json::Value::String(text) => Self::Text(text.clone()),
            serde_json::Value::Array(items) => Self::List(items.iter().map(Self::from_json).collect()),
            serde_json::Value::Object(entries) => Self::Map(
                entries
                    .iter()
                    .map(|(key, item)| (key.clone(), Self::from_json(item)))
                    .collect(),
            ),
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl Value {
    /// What `map!` builds.
    #[doc(hidden)]
    pub fn map<const N: usize>(entries: [(&'static str, Value); N]) -> Self {
        let stated = entries.into_iter().filter(|(_, value)| *value != Self::Null);
        Self::Map(stated.map(|(key, value)| (key.to_owned(), value)).collect())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(maybe: Option<T>) -> Self {
        maybe.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

/// Builds a [`Value::Map`] from `"key" => value` pairs. Nulls are left out: to a statement a key that is absent is null,
/// and of the columns of a row most are.
#[macro_export]
macro_rules! map {
    ($($key:literal => $value:expr),* $(,)?) => {
        $crate::Value::map([$(($key, $crate::Value::from($value))),*])
    };
}

/// Builds the parameters of a statement from `"name" => value` pairs.
#[macro_export]
macro_rules! params {
    ($($key:literal => $value:expr),* $(,)?) => {
        $crate::Params::from([$(($key.to_owned(), $crate::Value::from($value))),*])
    };
}

/// Named parameters of one statement.
pub type Params = BTreeMap<String, Value>;

/// The result of one statement: columns in the order of the `RETURN` clause, rows in the order of the engine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// Column names.
    pub columns: Vec<String>,
    /// One value per column in every row.
    pub rows: Vec<Vec<Value>>,
}

impl Rows {
    /// The position of a column.
    ///
    /// The columns are those of the statement's header, which a test compares with its `RETURN` clause; a name that is
    /// not among them reads as an absent value.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// Iterates rows as [`Row`] views.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|values| Row {
            columns: &self.columns,
            values,
        })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// One row with its column names.
#[derive(Debug, Clone, Copy)]
pub struct Row<'rows> {
    columns: &'rows [String],
    values: &'rows [Value],
}

const ABSENT: &Value = &Value::Null;

impl<'rows> Row<'rows> {
    /// The value of a column; null when there is no such column.
    pub fn get(&self, name: &str) -> &'rows Value {
        let position = self.columns.iter().position(|column| column == name);
        position
            .and_then(|position| self.values.get(position))
            .unwrap_or(ABSENT)
    }

    /// The text of a column; empty when it is absent or of another type.
    pub fn text(&self, name: &str) -> &'rows str {
        self.get(name).as_str().unwrap_or_default()
    }

    /// The text of a column, or `None` when it is absent or empty.
    pub fn optional_text(&self, name: &str) -> Option<&'rows str> {
        self.get(name).as_str().filter(|text| !text.is_empty())
    }

    /// The integer of a column; zero when it is absent or of another type.
    pub fn int(&self, name: &str) -> i64 {
        self.get(name).as_int().unwrap_or_default()
    }

    /// The truth value of a column; false when it is absent or of another type.
    pub fn bool(&self, name: &str) -> bool {
        self.get(name).as_bool().unwrap_or_default()
    }

    /// The texts of a list column.
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.get(name).texts()
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a scalar, a list or a map")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number)
            .map(Value::Int)
            .map_err(|_| E::custom("integer beyond 64 bits"))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Value, D::Error> {
        Value::deserialize(inner)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Value, D::Error> {
        Value::deserialize(inner)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((key, item)) = access.next_entry()? {
            entries.insert(key, item);
        }
        Ok(Value::Map(entries))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}
