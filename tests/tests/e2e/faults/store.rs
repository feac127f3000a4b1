//! The store is away, full or slow.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use thoth_ingest::broker::BrokerConfig;
use thoth_ingest::publisher::Publisher;
use thoth_tests::binary::Running;
use thoth_tests::corpus;
use thoth_tests::killer::until_below;
use thoth_tests::oracle::{Ledger, Probe};
use thoth_tests::scene::Scene;
use thoth_tests::services::Services;

use super::{documents, finish, publish};

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_is_waited_for() {
    let Some(services) = Services::get() else { return };
    let scene = Scene::embedded().with_broker(services);
    let ledger = publish(&scene, &documents(0, 300));
    let probe = Probe::new(&scene).await;
    // However busy the machine is, the worker shall not be done before its store goes away.
    let slow = scene
        .thoth(["worker"])
        .env("THOTH_FAIL_POINTS", "store.get=sleep(300)");
    let mut worker = slow.spawn();
    until_below(&probe, &mut worker, 250).await;
    // The user of the tests may read whatever has no rights, so the folder goes away.
    let elsewhere = scene.folder().join("elsewhere");
    fs::rename(scene.store(), &elsewhere).unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(probe.waiting().await > 0, "the store was away too late");
    assert!(!scene.store().exists(), "a store that is away was made anew");
    fs::rename(&elsewhere, scene.store()).unwrap();
    let verdict = finish(&scene, &probe, worker, &ledger).await;
    assert_eq!(verdict.dead, 0, "an absence cost a document its life");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_announced_that_a_full_disk_did_not_take() {
    let Some(services) = Services::get() else { return };
    let scene = Scene::embedded().with_broker(services);
    let documents = documents(0, 40);
    for by_broker in [true, false] {
        let full = scene
            .ingest(&documents, by_broker)
            .env("THOTH_FAIL_POINTS", "store.put=10*off->full");
        let output = full.run().expect_code(2);
        assert!(output.stderr.contains("STORE_UNREACHABLE"), "{output:?}");
        assert!(output.stderr.contains("no space left"), "{output:?}");
        assert!(scene.documents().await.is_empty());
    }
    let ledger = publish(&scene, &documents);
    let probe = Probe::new(&scene).await;
    assert_eq!(probe.waiting().await, 40);
    let worker = scene.thoth(["worker"]).spawn();
    finish(&scene, &probe, worker, &ledger).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_waits_until_a_full_disk_has_space() {
    let Some(services) = Services::get() else { return };
    let scene = Scene::embedded().with_broker(services);
    let documents = documents(0, 40);
    // Documents that travel inside their messages are stored by the worker.
    let publisher = Publisher::connect(&BrokerConfig::new(scene.vhost().url()))
        .await
        .unwrap();
    let read: Vec<_> = documents.iter().map(corpus::read).collect();
    publisher.publish_all(&read, None).await.unwrap();
    publisher.close().await;
    let mut ledger = Ledger::default();
    ledger.accept(&documents);
    let probe = Probe::new(&scene).await;
    let worker = scene
        .thoth(["worker"])
        .env("THOTH_FAIL_POINTS", "store.put=20*off->4*full->off")
        .spawn();
    let verdict = finish(&scene, &probe, worker, &ledger).await;
    assert_eq!(verdict.dead, 0, "a full disk cost a document its life");
}

/// A file system of its own size in a folder, gone with the value.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None`, saying so, where this user may not mount one.
    fn new(path: PathBuf, size: &str) -> Option<SmallDisk> {
        fs::create_dir_all(&path).unwrap();
        if mount(&path, size) {
            return Some(SmallDisk(path));
        }
        println!("skipped: this user may not mount a small file system");
        None
    }

    fn resize(&self, size: &str) {
        assert!(mount(&self.0, &format!("remount,{size}")));
    }
}

fn mount(path: &Path, options: &str) -> bool {
    let arguments = ["-t", "tmpfs", "-o", options, "tmpfs"];
    let mounted = Command::new("mount").args(arguments).arg(path).output();
    mounted.is_ok_and(|output| output.status.success())
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").args(["--lazy"]).arg(&self.0).status().ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_really_full_loses_nothing() {
    let Some(services) = Services::get() else { return };
    let scene = Scene::embedded().with_broker(services);
    let Some(disk) = SmallDisk::new(scene.store(), "size=400k") else {
        return;
    };
    let documents = documents(0, 300);
    let output = scene.ingest(&documents, true).run().expect_code(2);
    assert!(output.stderr.contains("STORE_UNREACHABLE"), "{output:?}");
    disk.resize("size=64m");
    let ledger = publish(&scene, &documents);
    let probe = Probe::new(&scene).await;
    let worker = scene.thoth(["worker"]).spawn();
    finish(&scene, &probe, worker, &ledger).await;
}

/// Bytes of memory that the process has in use.
fn resident_bytes(process: &Running) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", process.pid())).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim()
        .trim_end_matches(" kB")
        .trim()
        .parse::<usize>()
        .unwrap()
        * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_store_does_not_make_the_worker_grow() {
    let Some(services) = Services::get() else { return };
    let mut scene = Scene::embedded().with_broker(services);
    // Few documents, many messages: the graph stays as it is, so growth is the worker's own.
    let few = documents(0, 40);
    let many: Vec<_> = few.iter().cycle().take(4_000).cloned().collect();
    scene.set("THOTH_BROKER_PREFETCH", "100");
    let ledger = publish(&scene, &many);
    let probe = Probe::new(&scene).await;
    let mut worker = scene
        .thoth(["worker"])
        .env("THOTH_FAIL_POINTS", "store.get=sleep(10)")
        .spawn();
    until_below(&probe, &mut worker, 3_000).await;
    let early = resident_bytes(&worker);
    until_below(&probe, &mut worker, 200).await;
    let late = resident_bytes(&worker);
    println!("{early} bytes after 1,000 messages, {late} after 3,800");
    assert!(late < early + 24 * 1024 * 1024, "{early} bytes grew to {late}");
    finish(&scene, &probe, worker, &ledger).await;
}
