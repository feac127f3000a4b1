//! A place in a document of the predecessor: reading a key either gives what it should hold, or nothing where it is absent
//! or null, or a fault with the JSON pointer of what it holds instead.

use serde_json::{Map, Value};

use crate::error::Fault;
use crate::figure::Figure;
use crate::json::{pointer, violation};

/// An object of a document, with its JSON pointer.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'value> {
    object: &'value Map<String, Value>,
    place: String,
}

impl<'value> Cursor<'value> {
    /// The object at a place.
    pub(crate) fn at(value: &'value Value, place: impl Into<String>) -> Result<Cursor<'value>, Fault> {
        let place = place.into();
        match value.as_object() {
            Some(object) => Ok(Cursor { object, place }),
            None => Err(violation("an object is wanted here", &place)),
        }
    }

    /// The JSON pointer of a key.
    pub(crate) fn place(&self, key: &str) -> String {
        self.place.clone() + &pointer(&[key])
    }

    /// The keys with what they hold.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'value String, &'value Value)> + use<'value> {
        self.object.iter()
    }

    /// What a key holds; `None` where it is absent or null.
    pub(crate) fn get(&self, key: &str) -> Option<&'value Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    fn read<T>(
        &self,
        key: &str,
        wanted: &str,
        read: impl FnOnce(&'value Value) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let wrong = || violation(format!("`{key}` must be {wanted}"), &self.place(key));
        read(value).map(Some).ok_or_else(wrong)
    }

    /// A text that is not blank.
    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, Fault> {
        let text = self.read(key, "a string", Value::as_str)?;
        Ok(text.filter(|text| !text.trim().is_empty()).map(str::to_owned))
    }

    /// A whole number, or a text of one.
    pub(crate) fn integer(&self, key: &str) -> Result<Option<i64>, Fault> {
        self.read(key, "a whole number", |value| match value {
            Value::String(text) => text.trim().parse().ok(),
            _ => value.as_i64(),
        })
    }

    /// A number.
    pub(crate) fn figure(&self, key: &str) -> Result<Option<Figure>, Fault> {
        self.read(key, "a number that 64 bits of floating point hold", figure)
    }

    /// A truth value.
    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, Fault> {
        self.read(key, "true or false", Value::as_bool)
    }

    /// A time, RFC 3339 `Z`; one without an offset is taken as UTC.
    pub(crate) fn time(&self, key: &str) -> Result<Option<String>, Fault> {
        self.read(key, "a time", |value| crate::time::normalise(value.as_str()?))
    }

    /// An object.
    pub(crate) fn object(&self, key: &str) -> Result<Option<Cursor<'value>>, Fault> {
        self.get(key)
            .map(|value| Cursor::at(value, self.place(key)))
            .transpose()
    }

    /// A list; empty where there is none.
    pub(crate) fn list(&self, key: &str) -> Result<&'value [Value], Fault> {
        let list = self.read(key, "a list", Value::as_array)?;
        Ok(list.map_or(&[], Vec::as_slice))
    }

    /// The objects of a list.
    pub(crate) fn objects(&self, key: &str) -> Result<Vec<Cursor<'value>>, Fault> {
        let list = self.list(key)?.iter().enumerate();
        list.map(|(position, item)| Cursor::at(item, format!("{}/{position}", self.place(key))))
            .collect()
    }

    /// The texts of a list.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>, Fault> {
        let list = self.list(key)?.iter().enumerate();
        list.map(|(position, item)| {
            let place = format!("{}/{position}", self.place(key));
            item.as_str()
                .map(str::to_owned)
                .ok_or_else(|| violation("a string is wanted here", &place))
        })
        .collect()
    }

    /// How many keys are not among the known ones; those that hold null say nothing.
    pub(crate) fn unknown(&self, known: &[&str]) -> usize {
        let stated = self.object.iter().filter(|(_, value)| !value.is_null());
        stated.filter(|(key, _)| !known.contains(&key.as_str())).count()
    }
}

/// The number of a value, where a float holds it exactly.
pub(crate) fn figure(value: &Value) -> Option<Figure> {
    Figure::try_from(value.as_number()?.clone()).ok()
}
