//! The document store on a folder and on S3.

use crate::support::{file_store, release, releases};
use futures::TryStreamExt;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use thoth_ingest::store::{DocumentStore, MAX_STORED_BYTES, MAX_STORED_HEAVY_BYTES, StoreConfig, StoreKey};
use thoth_schema::document::{Document, Limits};
use thoth_schema::error::ErrorCode;

/// What every store must do.
async fn behaves(store: &DocumentStore) {
    store.ping().await.unwrap();
    assert!(store.list().try_collect::<Vec<_>>().await.unwrap().is_empty());

    let flask = release("flask", "1.0");
    let key = store.put(&flask).await.unwrap();
    assert_eq!(key.as_str(), format!("release/2020/02/03/{}.json.zst", flask.id));
    assert_eq!(
        store.put(&flask).await.unwrap(),
        key,
        "the same document has the same place"
    );
    assert_eq!(store.bytes(&key).await.unwrap(), flask.canonical_bytes());
    assert_eq!(store.get(&key).await.unwrap(), flask);
    assert_eq!(store.get_by_id(&flask.id).await.unwrap(), flask);
    assert!(store.contains(&key).await.unwrap());

    let many = releases(100);
    let keys = store.put_all(&many).await.unwrap();
    assert_eq!(keys, many.iter().map(StoreKey::of).collect::<Vec<_>>());
    let old = br#"{"name":"old","version":"0.1","upload_time":"2005-12-31T00:00:00Z"}"#;
    let old = Document::from_json_bytes(old, &Limits::default()).unwrap();
    let old = store.put(&old).await.unwrap();
    let mut expected: Vec<StoreKey> = keys.into_iter().chain([key.clone(), old.clone()]).collect();
    expected.sort();
    assert_eq!(expected[0], old);
    assert_eq!(store.list().try_collect::<Vec<_>>().await.unwrap(), expected);

    store.delete(&key).await.unwrap();
    store.delete(&key).await.unwrap();
    assert_eq!(store.get(&key).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(
        store.get_by_id(&flask.id).await.unwrap_err().code,
        ErrorCode::NotFound
    );
    assert!(!store.contains(&key).await.unwrap());
}

#[tokio::test]
async fn a_folder_is_a_store() {
    let folder = tempfile::tempdir().unwrap();
    // Created when absent.
    behaves(&file_store(&folder.path().join("a/b"))).await;
}

#[tokio::test]
async fn a_kept_document_is_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = file_store(folder.path());
    let flask = release("flask", "1.0");
    let path = folder.path().join(store.put(&flask).await.unwrap().as_str());
    let written = std::fs::metadata(&path).unwrap().modified().unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    store.put(&flask).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), written);
}

#[tokio::test]
async fn damage_is_found_and_mended_by_the_next_put() {
    let folder = tempfile::tempdir().unwrap();
    let store = file_store(folder.path());
    let flask = release("flask", "1.0");
    let key = store.put(&flask).await.unwrap();
    let path = folder.path().join(key.as_str());
    let packed = std::fs::read(&path).unwrap();
    let other = zstd::bulk::compress(b"{\"other\":1}", 3).unwrap();
    let bomb = zstd::bulk::compress(&vec![b' '; thoth_ingest::store::MAX_STORED_BYTES + 1], 3).unwrap();
    for damaged in [&packed[..packed.len() / 2], b"no zstd at all", &other, &bomb, b""] {
        std::fs::write(&path, damaged).unwrap();
        let fault = store.get(&key).await.unwrap_err();
        assert_eq!(fault.code, ErrorCode::StoreCorrupt, "{fault}");
        assert!(fault.pointer.is_some() && fault.remedy.is_some(), "{fault}");
        store.put(&flask).await.unwrap();
        assert_eq!(store.get(&key).await.unwrap(), flask);
    }
}

/// A document of a heavy kind that is larger than any of a light kind, so much that it is handled on other threads.
#[tokio::test]
async fn heavy_documents_are_kept_and_bombs_of_their_kind_are_not_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let store = file_store(folder.path());
    let name = "x".repeat(MAX_STORED_BYTES);
    let text = format!(
        r#"{{"kind":"image","schemaVersion":1,"producer":{{"name":"t","version":"1"}},"producedAt":"2026-01-01T00:00:00Z","payload":{{"names":["{name}"]}}}}"#
    );
    let limits = Limits {
        heavy_document_bytes: text.len(),
        ..Limits::default()
    };
    let image = Document::from_json_bytes(text.as_bytes(), &limits).unwrap();
    let key = store.put(&image).await.unwrap();
    assert_eq!(store.get(&key).await.unwrap(), image);
    let path = folder.path().join(key.as_str());
    let mut bomb = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    std::io::copy(
        &mut std::io::repeat(b' ').take(MAX_STORED_HEAVY_BYTES as u64 + 1),
        &mut bomb,
    )
    .unwrap();
    std::fs::write(&path, bomb.finish().unwrap()).unwrap();
    let fault = store.get(&key).await.unwrap_err();
    assert_eq!(fault.code, ErrorCode::StoreCorrupt, "{fault}");
    assert!(fault.message.contains("unpacks to more"), "{fault}");
}

#[tokio::test]
async fn objects_of_others_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = file_store(folder.path());
    store.put(&release("flask", "1.0")).await.unwrap();
    std::fs::write(folder.path().join("release/README"), "hello").unwrap();
    std::fs::write(folder.path().join("release/2020/02/03/note.txt"), "hello").unwrap();
    assert_eq!(store.list().try_collect::<Vec<_>>().await.unwrap().len(), 1);
}

#[test]
fn wrong_configuration_is_told_at_once() {
    for url in [
        "",
        "documents",
        "ftp://host/x",
        "s3://",
        "file://host/x",
        "s3://bucket?speed=1",
        "s3://bucket?endpoint=http://h:9000",
    ] {
        let fault = StoreConfig::new(url).validate().unwrap_err();
        assert_eq!(fault.code, ErrorCode::InvalidConfiguration, "{url}");
        assert!(fault.remedy.is_some());
    }
    StoreConfig::new("file:///var/lib/thoth").validate().unwrap();
    StoreConfig::new("s3://bucket/a/b?endpoint=http://minio:9000&allow_http=true&region=eu")
        .validate()
        .unwrap();
}

#[test]
fn secrets_are_not_shown() {
    let mut config = StoreConfig::new("s3://bucket");
    config.secret_key = Some("hunter2".to_owned());
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn a_folder_that_cannot_be_made_is_unreachable() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let config = StoreConfig::new(format!("file://{}/below", file.path().display()));
    assert_eq!(
        DocumentStore::open(&config).unwrap_err().code,
        ErrorCode::StoreUnreachable
    );
}

/// An S3 server of its own, ended when dropped.
struct Moto(Child);

impl Drop for Moto {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn start_moto() -> Option<(Moto, String)> {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let program = "import sys; from moto.server import main; main(sys.argv[1:])";
    let child = Command::new("python3")
        .args(["-c", program, "-H", "127.0.0.1", "-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(child) = child else {
        eprintln!("skipped: no python3 to run the S3 server of the tests");
        return None;
    };
    let mut server = Moto(child);
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if server.0.try_wait().unwrap().is_some() {
            eprintln!(
                "skipped: python3 has no moto (pip install 'moto[server]'), the S3 server of the tests"
            );
            return None;
        }
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "moto does not answer"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    Some((server, format!("http://127.0.0.1:{port}")))
}

fn bucket(endpoint: &str, prefix: &str) -> StoreConfig {
    StoreConfig {
        endpoint: Some(endpoint.to_owned()),
        region: Some("us-east-1".to_owned()),
        allow_http: true,
        access_key: Some("test".to_owned()),
        secret_key: Some("test".to_owned()),
        ..StoreConfig::new(format!("s3://documents{prefix}"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_is_a_store() {
    let Some((server, endpoint)) = start_moto() else {
        return;
    };
    // The bucket is the operator's to make; the tests' server takes an unsigned request for it.
    let made = Command::new("curl")
        .args(["-sf", "-X", "PUT", &format!("{endpoint}/documents")])
        .status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no curl to make a bucket with");
        return;
    }
    behaves(&DocumentStore::open(&bucket(&endpoint, "/some/prefix")).unwrap()).await;
    let whole = DocumentStore::open(&bucket(&endpoint, "")).unwrap();
    whole.ping().await.unwrap();

    drop(server);
    let fault = whole.put(&release("flask", "1.0")).await.unwrap_err();
    assert_eq!(fault.code, ErrorCode::StoreUnreachable, "{fault}");
    assert!(fault.remedy.is_some());
}

#[tokio::test]
async fn a_folder_that_is_gone_is_a_store_that_does_not_answer() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("store");
    let store = file_store(&place);
    let (kept, new) = (release("kept", "1.0"), release("new", "1.0"));
    let key = store.put(&kept).await.unwrap();
    let elsewhere = folder.path().join("elsewhere");
    std::fs::rename(&place, &elsewhere).unwrap();
    let codes = [
        store.ping().await.map_err(|fault| fault.code),
        store.get(&key).await.map(drop).map_err(|fault| fault.code),
        store.put(&new).await.map(drop).map_err(|fault| fault.code),
        store.contains(&key).await.map(drop).map_err(|fault| fault.code),
        store
            .list()
            .try_next()
            .await
            .map(drop)
            .map_err(|fault| fault.code),
    ];
    assert_eq!(codes, [Err(ErrorCode::StoreUnreachable); 5]);
    assert!(!place.exists(), "another store was begun");
    std::fs::rename(&elsewhere, &place).unwrap();
    assert_eq!(store.get(&key).await.unwrap(), kept);
}
