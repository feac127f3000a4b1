//! Changes of an index: what appeared, went, came back, was yanked, and which files are there.

use super::{Batch, Source, keep_newest, sortable};
use thoth_cypher::{
    WRITE_ABSENCES, WRITE_PACKAGE_ABSENCE_FACTS, WRITE_PACKAGE_ABSENCES, WRITE_PACKAGE_STATEMENTS,
    WRITE_PRESENT_FILES, map,
};
use thoth_schema::index_change::{ChangeKind, IndexChange, IndexChanges, IndexFile};
use thoth_schema::release::{Artifact, ArtifactKind};
use thoth_schema::version;

impl Batch {
    pub(super) fn index_change(&mut self, changes: &IndexChanges, source: &Source<'_>) {
        // All changes have one stamp and the first row of a stamp is kept; of changes that contradict each other the last
        // one holds.
        for change in changes.changes.iter().rev() {
            match change.version.as_deref().map(version::parse) {
                Some(Ok(version)) => {
                    let key = self.version_row(&change.name, &version, Some(&changes.index));
                    self.statements.insert((source.document.to_owned(), key.clone()));
                    self.release_change(change, &key, source);
                }
                // One that cannot be read was left out when the document was read.
                Some(Err(_)) => {}
                None => self.package_change(change, &changes.index, source),
            }
        }
    }

    fn release_change(&mut self, change: &IndexChange, key: &str, source: &Source<'_>) {
        if let ChangeKind::Yanked | ChangeKind::Unyanked = change.change {
            let yanked = change.change == ChangeKind::Yanked;
            let row = map! {
                "key" => key, "yankedStamp" => &source.stamp, "yanked" => yanked,
                "yankedReason" => change.yanked_reason.as_deref().filter(|_| yanked),
            };
            keep_newest(&mut self.yanks, key, &source.stamp, row);
        }
        // Every other change shows that the release is there; one without any file is as good as not.
        let lacks_files = change
            .files
            .as_ref()
            .is_some_and(|files| !files.iter().any(|file| file.present));
        let missing = change.change == ChangeKind::Vanished || lacks_files;
        let row = map! { "key" => key, "stamp" => &source.stamp, "missing" => missing.then_some(true) };
        self.put_newest(&WRITE_ABSENCES, key, source, row);
        if let Some(files) = &change.files {
            self.present_files(files, key, source);
        }
    }

    fn present_files(&mut self, files: &[IndexFile], key: &str, source: &Source<'_>) {
        for file in files {
            self.index_file(file, key, source);
        }
        let present = files.iter().filter(|file| file.present);
        let mut present: Vec<String> = present.map(|file| file.sha256.clone()).collect();
        present.sort();
        present.dedup();
        let row = map! { "key" => key, "stamp" => &source.stamp, "files" => present };
        self.put_newest(&WRITE_PRESENT_FILES, key, source, row);
    }

    /// The listing of an index says less of a file than a record of its release: its statement is older than every other,
    /// so that it names a file and never takes facts away. `!` sorts before every digit.
    fn index_file(&mut self, file: &IndexFile, key: &str, source: &Source<'_>) {
        let weak = Source {
            document: source.document,
            stamp: format!("!{}", source.stamp),
            produced_at: source.produced_at,
        };
        let artifact = Artifact {
            filename: file.filename.clone(),
            kind: ArtifactKind::Other,
            sha256: file.sha256.clone(),
            size: file.size,
            url: None,
            requires_python: None,
            yanked: false,
            upload_time: file.upload_time.clone(),
        };
        self.artifact(&artifact, key, &weak);
        if let Some(time) = &file.upload_time {
            self.publish(key, sortable(time));
        }
    }

    fn package_change(&mut self, change: &IndexChange, index: &str, source: &Source<'_>) {
        let package = self.package(&change.name);
        self.indexes
            .entry(index.to_owned())
            .or_insert_with(|| map! { "key" => index });
        let row = map! { "document" => source.document, "package" => &package };
        let key = format!("{package} {}", source.document);
        self.put(&WRITE_PACKAGE_STATEMENTS, key, row);
        let key = format!("{package} {index}");
        let row = map! { "package" => &package, "index" => index };
        self.put(&WRITE_PACKAGE_ABSENCES, key.clone(), row);
        let missing = change.change == ChangeKind::Vanished;
        let row = map! {
            "package" => &package, "index" => index, "stamp" => &source.stamp, "missing" => missing.then_some(true),
        };
        self.put_newest(&WRITE_PACKAGE_ABSENCE_FACTS, &key, source, row);
    }
}
