//! Envelopes, bare records, limits, message bodies and keys.

use proptest::prelude::*;
use serde_json::{Value, json};
use thoth_schema::document::{Document, DocumentKind, Limits, Payload, Producer, SCHEMA_VERSION, sha256_hex};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::message::{MAX_INLINE_BYTES, MAX_MESSAGE_BYTES, Pointer};
use thoth_schema::purl;
use thoth_schema::records;
use thoth_schema::release::Release;

use crate::shared;

const HASH: &str = "9f8290d502cf11fad5ccc64d19f2724abcbc11549e6a8e2cdafc530109f198b4";

fn record() -> Value {
    json!({
        "name": "Foo_Bar", "version": "1.0.0-rc.1", "requires_dist": ["a>=1", "b; extra == 'x'"], "yanked": null,
        "upload_time": "2020-01-02T03:04:05.25", "unheard_of": 1,
        "artifacts": [{"filename": "foo_bar-1.0.0rc1.tar.gz", "kind": "sdist", "sha256": HASH, "yanked": false, "new": 1}],
    })
}

fn envelope() -> Value {
    json!({
        "kind": "release", "schemaVersion": 1, "producer": {"name": "monitor", "version": "0.1"},
        "producedAt": "2024-05-06T07:08:09Z", "origin": "here", "payload": {"releases": [record()]},
    })
}

fn read(value: &Value) -> Result<Document, Fault> {
    Document::from_json_bytes(value.to_string().as_bytes(), &Limits::default())
}

/// The fault of the envelope after a change, with its pointer.
fn broken(change: fn(&mut Value)) -> (ErrorCode, String) {
    let mut value = envelope();
    change(&mut value);
    let fault = read(&value).unwrap_err();
    assert!(fault.remedy.is_some(), "{fault}");
    (fault.code, fault.pointer.unwrap_or_default())
}

#[test]
fn an_envelope_is_read() {
    let document = read(&envelope()).unwrap();
    assert_eq!(
        (document.kind, document.schema_version),
        (DocumentKind::Release, SCHEMA_VERSION)
    );
    assert_eq!(document.produced_at, "2024-05-06T07:08:09Z");
    assert_eq!(document.unknown_keys, 2);
    let Payload::Release(releases) = &document.payload else {
        panic!("not a release")
    };
    let release = &releases[0];
    assert_eq!(release.name.as_ref(), "foo-bar");
    assert_eq!(release.version.to_string(), "1.0.0rc1");
    assert_eq!(
        release.upload_time.as_deref(),
        Some("2020-01-02T03:04:05.250000Z")
    );
    assert_eq!(
        (release.yanked, release.requires_python.as_deref()),
        (false, None)
    );
    assert_eq!(release.artifacts[0].sha256, HASH);
}

#[test]
fn identity_is_that_of_the_canonical_bytes() {
    let document = read(&envelope()).unwrap();
    assert_eq!(document.id, sha256_hex(document.canonical_bytes()));
    // Order of keys and white space do not count.
    let spaced = serde_json::to_string_pretty(&envelope()).unwrap();
    assert_eq!(
        Document::from_json_bytes(spaced.as_bytes(), &Limits::default())
            .unwrap()
            .id,
        document.id
    );
    let again = Document::from_json_bytes(document.canonical_bytes(), &Limits::default()).unwrap();
    assert_eq!(again, document);
    let mut other = envelope();
    other["origin"] = json!("there");
    assert_ne!(read(&other).unwrap().id, document.id);
}

#[test]
fn a_bare_record_is_a_release_document() {
    let document = read(&record()).unwrap();
    assert_eq!(
        document.producer,
        Producer {
            name: "record".to_owned(),
            version: "1".to_owned()
        }
    );
    assert_eq!(document.produced_at, "2020-01-02T03:04:05.250000Z");
    assert_eq!(document.releases().len(), 1);
    let document = read(&json!({"name": "a", "version": "1"})).unwrap();
    assert_eq!(document.produced_at, "1970-01-01T00:00:00Z");
    assert_eq!(document.releases()[0].requires_dist, None);
}

#[test]
fn what_is_absent_stays_absent() {
    let release = Release::from_value(&json!({"name": "a", "version": "1"}), "").unwrap();
    assert_eq!(
        serde_json::to_value(release).unwrap(),
        json!({"name": "a", "version": "1", "yanked": false})
    );
    let known = Release::from_value(&json!({"name": "a", "version": "1", "requires_dist": []}), "").unwrap();
    assert_eq!(known.requires_dist, Some(Vec::new()));
}

#[test]
fn new_documents_go_around() {
    let producer = Producer {
        name: "monitor".to_owned(),
        version: "0.1".to_owned(),
    };
    let release = Release::from_value(&record(), "").unwrap();
    let payload = Payload::Release(vec![Release {
        unknown_keys: 0,
        ..release
    }]);
    let document = Document::new(
        producer.clone(),
        "2024-05-06T07:08:09Z",
        Some("here"),
        None,
        &payload,
    )
    .unwrap();
    assert_eq!(document.payload, payload);
    let again = Document::from_json_bytes(document.canonical_bytes(), &Limits::default()).unwrap();
    assert_eq!(again, document);
    let fault = Document::new(producer, "yesterday", None, None, &payload).unwrap_err();
    assert_eq!(
        (fault.code, fault.pointer.as_deref()),
        (ErrorCode::SchemaViolation, Some("/producedAt"))
    );
}

#[test]
fn what_breaks_the_schema_is_named_by_its_pointer() {
    use ErrorCode::{SchemaViolation, UnknownDocumentKind, UnknownSchemaVersion};
    let at = |code: ErrorCode, pointer: &str| (code, pointer.to_owned());
    assert_eq!(
        broken(|value| value["kind"] = json!("poem")),
        at(UnknownDocumentKind, "/kind")
    );
    assert_eq!(
        broken(|value| value["kind"] = json!(1)),
        at(SchemaViolation, "/kind")
    );
    assert_eq!(
        broken(|value| value["schemaVersion"] = json!(2)),
        at(UnknownSchemaVersion, "/schemaVersion")
    );
    assert_eq!(
        broken(|value| value["schemaVersion"] = json!("1")),
        at(SchemaViolation, "/schemaVersion")
    );
    assert_eq!(
        broken(|value| value["producer"]["name"] = json!(1)),
        at(SchemaViolation, "/producer/name")
    );
    assert_eq!(
        broken(|value| value["producedAt"] = json!("x")),
        at(SchemaViolation, "/producedAt")
    );
    assert_eq!(
        broken(|value| value["payload"] = json!([])),
        at(SchemaViolation, "/payload/releases")
    );
    let release = "/payload/releases/0";
    let in_release = |pointer: &str| at(SchemaViolation, &format!("{release}{pointer}"));
    assert_eq!(
        broken(|value| value["payload"]["releases"][0]["name"] = json!("")),
        in_release("/name")
    );
    assert_eq!(
        broken(|value| value["payload"]["releases"][0]["version"] = json!("x")),
        in_release("/version")
    );
    assert_eq!(
        broken(|value| value["payload"]["releases"][0]["requires_dist"] = json!([1])),
        in_release("/requires_dist/0")
    );
    assert_eq!(
        broken(|value| value["payload"]["releases"][0]["upload_time"] = json!("x")),
        in_release("/upload_time")
    );
    let artifact = |pointer: &str| in_release(&format!("/artifacts/0{pointer}"));
    assert_eq!(
        broken(|value| value["payload"]["releases"][0]["artifacts"][0]["sha256"] = json!("00")),
        artifact("/sha256")
    );
    assert_eq!(
        broken(|value| value["payload"]["releases"][0]["artifacts"][0]["size"] = json!(-1)),
        artifact("/size")
    );
    let twice = |value: &mut Value| {
        let artifact = value["payload"]["releases"][0]["artifacts"][0].clone();
        value["payload"]["releases"][0]["artifacts"]
            .as_array_mut()
            .unwrap()
            .push(artifact);
    };
    assert_eq!(broken(twice), in_release("/artifacts/1/filename"));
    assert_eq!(broken(|value| *value = json!([])), at(SchemaViolation, ""));
    assert_eq!(
        broken(|value| *value = json!({"a": 1})),
        at(UnknownDocumentKind, "/kind")
    );
}

#[test]
fn bad_json_is_told_with_its_place() {
    let fault = |text: &str| Document::from_json_bytes(text.as_bytes(), &Limits::default()).unwrap_err();
    let malformed = fault("{\n \"kind\": nope}");
    assert_eq!(malformed.code, ErrorCode::MalformedJson);
    assert!(malformed.message.contains("line 2 column"), "{malformed}");
    assert_eq!(fault("\u{0}").code, ErrorCode::MalformedJson);
    let text = envelope().to_string();
    for end in [0, 1, 20, text.len() - 1] {
        assert_eq!(fault(&text[..end]).code, ErrorCode::TruncatedInput, "{end}");
    }
    let invalid = Document::from_json_bytes(b"{\"name\": \"\xff\"}", &Limits::default()).unwrap_err();
    assert_eq!(invalid.code, ErrorCode::MalformedJson);
}

#[test]
fn size_is_limited_at_and_past_the_limit() {
    let text = record().to_string();
    let within = |document_bytes: usize| {
        Document::from_json_bytes(
            text.as_bytes(),
            &Limits {
                document_bytes,
                ..Limits::default()
            },
        )
    };
    within(text.len()).unwrap();
    let fault = within(text.len() - 1).unwrap_err();
    assert_eq!(fault.code, ErrorCode::DocumentTooLarge);
    assert!(fault.remedy.is_some());
}

#[test]
fn depth_is_limited_at_and_past_the_limit() {
    let nested = |depth: usize| {
        // The record itself is one level.
        let inner = "[".repeat(depth - 1) + &"]".repeat(depth - 1);
        format!("{{\"name\": \"a\", \"version\": \"1\", \"text\": \"[[[\\\"[[\", \"deep\": {inner}}}")
    };
    let limits = Limits::default();
    Document::from_json_bytes(nested(limits.depth).as_bytes(), &limits).unwrap();
    let fault = Document::from_json_bytes(nested(limits.depth + 1).as_bytes(), &limits).unwrap_err();
    assert_eq!(fault.code, ErrorCode::DocumentTooDeep);
    let wide = Limits {
        depth: 10_000,
        ..limits
    };
    let fault = Document::from_json_bytes(nested(5_000).as_bytes(), &wide).unwrap_err();
    assert_eq!(fault.code, ErrorCode::DocumentTooDeep);
}

#[test]
fn json_lines_are_read_one_by_one() {
    let text = format!("{}\n\n  \r\n{}\n{{\"name\": \"a\", ", record(), envelope());
    let read: Vec<Result<Document, Fault>> = records::parse(&text).collect();
    assert_eq!(read.len(), 3);
    assert!(read[0].is_ok() && read[1].is_ok());
    let fault = read[2].as_ref().unwrap_err();
    assert_eq!(
        (fault.code, fault.pointer.as_deref()),
        (ErrorCode::TruncatedInput, Some("line 5"))
    );
    let fault = records::parse_line("{\"name\": \"a\", \"version\": \"x\"}", 7).unwrap_err();
    assert_eq!(fault.pointer.as_deref(), Some("line 7: /version"));
}

#[test]
fn every_recorded_release_is_read() {
    for (file, count) in [
        ("pypi/registry.jsonl.zst", 1_514),
        ("pypi/corpus.jsonl.zst", 16_809),
    ] {
        let Some(lines) = shared::lines(file) else { return };
        let mut read = 0;
        for (position, line) in lines.enumerate() {
            let document = records::parse_line(&line, position + 1).unwrap().unwrap();
            assert_eq!(document.unknown_keys, 0, "{file}:{}", position + 1);
            read += document.releases().len();
        }
        assert_eq!(read, count, "{file}");
    }
}

#[test]
fn pointers_go_around() {
    let document = read(&envelope()).unwrap();
    let pointer = Pointer::to(&document, "release/2024/05/06/x.json.zst")
        .with_inline(&document)
        .unwrap();
    assert_eq!(pointer.routing_key(), "release.v1");
    let value: Value = serde_json::from_slice(&pointer.to_bytes().unwrap()).unwrap();
    let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "documentId",
            "kind",
            "schemaVersion",
            "storeKey",
            "bytes",
            "inline"
        ]
    );
    assert_eq!(
        Pointer::from_bytes(&pointer.to_bytes().unwrap()).unwrap(),
        pointer
    );
    let inline = pointer.inline.unwrap();
    assert_eq!(sha256_hex(inline.as_bytes()), document.id);
}

#[test]
fn bad_messages_are_refused() {
    let code = |bytes: &[u8]| Pointer::from_bytes(bytes).unwrap_err().code;
    assert_eq!(code(b"x"), ErrorCode::MalformedJson);
    assert_eq!(code(b"{"), ErrorCode::TruncatedInput);
    assert_eq!(code(b"{\"kind\": \"poem\"}"), ErrorCode::UnknownDocumentKind);
    assert_eq!(code(b"{}"), ErrorCode::SchemaViolation);
    assert_eq!(
        code(&vec![b' '; MAX_MESSAGE_BYTES + 1]),
        ErrorCode::DocumentTooLarge
    );
    let mut value = serde_json::to_value(Pointer::to(&read(&envelope()).unwrap(), "k")).unwrap();
    value["documentId"] = json!("00");
    assert_eq!(code(value.to_string().as_bytes()), ErrorCode::SchemaViolation);
    let mut large = record();
    large["summary"] = json!("x".repeat(MAX_INLINE_BYTES));
    let large = read(&large).unwrap();
    assert_eq!(
        Pointer::to(&large, "k").with_inline(&large).unwrap_err().code,
        ErrorCode::LimitExceeded
    );
}

#[test]
fn messages_and_inline_documents_may_reach_their_limits() {
    let mut sized = record();
    sized["summary"] = json!("");
    let without = read(&sized).unwrap().canonical_bytes().len();
    let of_size = |bytes: usize| {
        let mut value = sized.clone();
        value["summary"] = json!("x".repeat(bytes - without));
        let document = read(&value).unwrap();
        assert_eq!(document.canonical_bytes().len(), bytes);
        Pointer::to(&document, "k").with_inline(&document)
    };
    let pointer = of_size(MAX_INLINE_BYTES).unwrap();
    assert_eq!(
        of_size(MAX_INLINE_BYTES + 1).unwrap_err().code,
        ErrorCode::LimitExceeded
    );
    let mut message = pointer.to_bytes().unwrap();
    message.resize(MAX_MESSAGE_BYTES, b' ');
    assert_eq!(Pointer::from_bytes(&message).unwrap(), pointer);
    message.push(b' ');
    assert_eq!(
        Pointer::from_bytes(&message).unwrap_err().code,
        ErrorCode::DocumentTooLarge
    );
}

#[test]
fn package_urls_have_the_documented_form() {
    let (name, version) = ("Flask".parse().unwrap(), "1.0+Local".parse().unwrap());
    assert_eq!(purl::package_key(&name), "pkg:pypi/flask");
    assert_eq!(
        purl::version_key(&name, &version, None),
        "pkg:pypi/flask@1.0%2Blocal"
    );
    assert_eq!(
        purl::version_key(&name, &version, Some("default")),
        "pkg:pypi/flask@1.0%2Blocal"
    );
    assert_eq!(
        purl::version_key(&name, &version, Some("https://index.test/simple")),
        "pkg:pypi/flask@1.0%2Blocal?repository_url=https%3A%2F%2Findex.test%2Fsimple"
    );
    for wrong in [
        "flask",
        "pkg:deb/flask",
        "pkg:pypi/",
        "pkg:pypi/a@x",
        "pkg:pypi/a@1%2",
        "pkg:pypi/a@%ff",
    ] {
        assert!(purl::parse(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn package_urls_go_around(
        name in "[a-z0-9]([a-z0-9-]?[a-z0-9]){0,8}", version in crate::versions::any_version(), index in "[ -~é]{1,20}"
    ) {
        let (name, version) = (name.parse().unwrap(), version.parse().unwrap());
        for index in [None, Some(index.as_str())] {
            let read = purl::parse(&purl::version_key(&name, &version, index)).unwrap();
            prop_assert_eq!(&read.name, &name);
            prop_assert_eq!(read.version.as_ref(), Some(&version));
            prop_assert_eq!(read.index.as_str(), index.unwrap_or("default"));
        }
    }
}
