//! Values of a document with the place that they stand at, for faults that name it.

use serde_json::{Map, Value};

use crate::error::Fault;
use crate::json::{pointer, violation};
use crate::solver::Skipped;

/// An object with the JSON pointer that it is at. What has the wrong type is a fault there; null is absent.
pub(crate) struct Place<'value> {
    pub(crate) object: &'value Map<String, Value>,
    pub(crate) pointer: String,
}

impl<'value> Place<'value> {
    pub(crate) fn of(object: &'value Map<String, Value>, pointer: &str) -> Place<'value> {
        Place {
            object,
            pointer: pointer.to_owned(),
        }
    }

    pub(crate) fn at(&self, key: &str) -> String {
        self.pointer.clone() + &pointer(&[key])
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'value Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    pub(crate) fn wrong(&self, key: &str, what: &str) -> Fault {
        violation(format!("`{key}` must be {what}"), &self.at(key))
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, Fault> {
        let value = self
            .get(key)
            .map(|value| value.as_str().ok_or_else(|| self.wrong(key, "a text")));
        Ok(value
            .transpose()?
            .map(str::to_owned)
            .filter(|text| !text.is_empty()))
    }

    pub(crate) fn skipped(&self, reason: String) -> Skipped {
        Skipped {
            pointer: self.pointer.clone(),
            reason,
        }
    }

    pub(crate) fn required(&self, key: &str) -> Result<String, Fault> {
        self.text(key)?.ok_or_else(|| self.wrong(key, "a text"))
    }

    pub(crate) fn number(&self, key: &str) -> Result<Option<u64>, Fault> {
        let value = self.get(key);
        value
            .map(|value| value.as_u64().ok_or_else(|| self.wrong(key, "a whole number")))
            .transpose()
    }

    fn list(&self, key: &str) -> Result<&'value [Value], Fault> {
        match self.get(key) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(self.wrong(key, "a list")),
        }
    }

    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>, Fault> {
        let items = self.list(key)?.iter().enumerate().map(|(position, item)| {
            let place = format!("{}/{position}", self.at(key));
            item.as_str()
                .map(str::to_owned)
                .ok_or_else(|| violation("a text was expected", &place))
        });
        items.collect()
    }

    pub(crate) fn objects(&self, key: &str) -> Result<Vec<Place<'value>>, Fault> {
        let items = self.list(key)?.iter().enumerate().map(|(position, item)| {
            let place = format!("{}/{position}", self.at(key));
            item.as_object()
                .map(|object| Place::of(object, &place))
                .ok_or_else(|| violation("an object was expected", &place))
        });
        items.collect()
    }

    pub(crate) fn object(&self, key: &str) -> Result<Option<Place<'value>>, Fault> {
        let value = self.get(key).map(|value| {
            let object = value.as_object().ok_or_else(|| self.wrong(key, "an object"))?;
            Ok(Place::of(object, &self.at(key)))
        });
        value.transpose()
    }
}
