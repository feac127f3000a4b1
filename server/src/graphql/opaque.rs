//! Global ids and cursors: base64 of a type and a natural key, never an id of the database.

use async_graphql::ID;
use async_graphql::connection::CursorType;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thoth_schema::error::{ErrorCode, Fault};

/// `Type:naturalKey` as an opaque id.
pub(crate) fn global_id(type_name: &str, key: &str) -> ID {
    ID(URL_SAFE_NO_PAD.encode(format!("{type_name}:{key}")))
}

/// Type and natural key of a global id.
///
/// # Errors
/// `INVALID_ARGUMENT` for what was never handed out.
pub(crate) fn parse_global_id(id: &str) -> Result<(String, String), Fault> {
    let text = decode(id).and_then(|text| {
        text.split_once(':')
            .map(|(name, key)| (name.to_owned(), key.to_owned()))
    });
    text.ok_or_else(|| {
        Fault::new(
            ErrorCode::InvalidArgument,
            "the id is not one this service handed out",
        )
        .remedy("take the id from the `id` field of an object")
    })
}

/// A place in one connection: its name and the natural key of the item there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor(String);

impl Cursor {
    /// The cursor of the item with this natural key.
    pub(crate) fn new(connection: &str, key: &str) -> Self {
        Self(format!("{connection}:{key}"))
    }

    /// The natural key in a cursor of this connection.
    ///
    /// # Errors
    /// `CURSOR_INVALID` for a cursor of another connection and for anything else.
    pub(crate) fn parse(connection: &str, cursor: &str) -> Result<String, Fault> {
        let text = decode(cursor).unwrap_or_default();
        let key = text
            .strip_prefix(connection)
            .and_then(|rest| rest.strip_prefix(':'));
        key.map(str::to_owned).ok_or_else(invalid_cursor)
    }
}

/// The fault of a cursor that this connection never handed out.
pub(crate) fn invalid_cursor() -> Fault {
    Fault::new(
        ErrorCode::CursorInvalid,
        "`after` is not a cursor of this connection",
    )
    .remedy("take `after` from `pageInfo.endCursor` of the page before, with the other arguments unchanged")
}

impl CursorType for Cursor {
    type Error = Fault;

    fn decode_cursor(text: &str) -> Result<Self, Fault> {
        decode(text).map(Self).ok_or_else(invalid_cursor)
    }

    fn encode_cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }
}

fn decode(text: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}
