catalogue! {
    /// What is known of artifacts, from their newest statement.
    WRITE_ARTIFACT_FACTS = "write/artifact_facts";
    /// Releases of artifacts that are there.
    WRITE_ARTIFACT_RELEASES = "write/artifact_releases";
    /// Artifacts that are named for the first time.
    WRITE_ARTIFACTS = "write/artifacts";
    /// What images contain, once per location, from their newest statement.
    WRITE_CONTENTS = "write/contents";
    /// Removes the contents of images whose contents a newer document states.
    WRITE_CONTENTS_DROP = "write/contents_drop";
    /// Which statement the contents of images come from: the newest.
    WRITE_CONTENTS_HEADS = "write/contents_heads";
    /// Marks documents as stated; the constraint on the key lets one of two deliveries of a document through.
    WRITE_DOCUMENTS = "write/documents";
    /// Runtime environments that something was observed in.
    WRITE_ENVIRONMENTS = "write/environments";
    /// How images are configured, from their newest statement.
    WRITE_IMAGE_CONFIGS = "write/image_configs";
    /// Environments that images offer, one for each Python, from their newest statement.
    WRITE_IMAGE_ENVIRONMENTS = "write/image_environments";
    /// Removes the environments of images whose system a newer document states.
    WRITE_IMAGE_ENVIRONMENTS_DROP = "write/image_environments_drop";
    /// What images are made of, from their newest statement.
    WRITE_IMAGE_HEADS = "write/image_heads";
    /// What is installed in images beside packages, from their newest statement.
    WRITE_IMAGE_SYSTEMS = "write/image_systems";
    /// Images, and which documents speak of them by which names; setting the key locks each node for the transaction.
    WRITE_IMAGES = "write/images";
    /// Indexes that releases come from, named for the first time.
    WRITE_INDEXES = "write/indexes";
    /// Which of these artifacts are there, each locked for the transaction.
    WRITE_LOCK_ARTIFACTS = "write/lock_artifacts";
    /// Which of these packages are there, each locked for the transaction.
    WRITE_LOCK_PACKAGES = "write/lock_packages";
    /// Which of these releases are there and which statement each group of their facts comes from, each locked.
    WRITE_LOCK_VERSIONS = "write/lock_versions";
    /// Descriptive metadata of releases, from their newest statement.
    WRITE_METADATA = "write/metadata";
    /// Records an applied migration.
    WRITE_MIGRATION = "write/migration";
    /// Import names that releases provide.
    WRITE_MODULES = "write/modules";
    /// What packages of operating systems need and replace, and their source, from their newest statement.
    WRITE_NATIVE_DEPENDENCIES = "write/native_dependencies";
    /// Versions of packages of operating systems; setting the key locks each node for the transaction.
    WRITE_NATIVE_VERSIONS = "write/native_versions";
    /// Observations, with the document that states them.
    WRITE_OBSERVATIONS = "write/observations";
    /// Environments that observations were made in.
    WRITE_OBSERVED_IN = "write/observed_in";
    /// Stacks that observations are of.
    WRITE_OBSERVED_STACKS = "write/observed_stacks";
    /// Releases that observations are of.
    WRITE_OBSERVED_VERSIONS = "write/observed_versions";
    /// Symbols that the libraries of images offer, from their newest statement.
    WRITE_OFFERS = "write/offers";
    /// Removes the symbols of images whose symbols a newer document states.
    WRITE_OFFERS_DROP = "write/offers_drop";
    /// Which statement the symbols of images come from: the newest.
    WRITE_OFFERS_HEADS = "write/offers_heads";
    /// Which releases a stack pins.
    WRITE_PINS = "write/pins";
    /// Locked sets of releases.
    WRITE_STACKS = "write/stacks";
    /// Packages that are named for the first time, as a release's own, as a requirement's or as part of an image.
    WRITE_PACKAGES = "write/packages";
    /// When releases appeared, the earliest that any document states.
    WRITE_PUBLICATIONS = "write/publications";
    /// What releases demand of the interpreter and whether their requirements are known, from their newest statement.
    WRITE_REQUIREMENT_HEADS = "write/requirement_heads";
    /// Requirement lines of releases; one relationship per line and activating extra.
    WRITE_REQUIREMENTS = "write/requirements";
    /// Removes the requirement lines of releases whose requirements a newer document states.
    WRITE_REQUIREMENTS_DROP = "write/requirements_drop";
    /// Which documents speak of which releases.
    WRITE_STATEMENTS = "write/statements";
    /// Versioned symbols of shared libraries.
    WRITE_SYMBOLS = "write/symbols";
    /// Releases that are named for the first time, with everything that is stated of them.
    WRITE_VERSIONS = "write/versions";
    /// Removes some nodes with their relationships, to empty the graph batch by batch.
    WRITE_WIPE = "write/wipe";
    /// Whether releases are yanked, from their newest statement.
    WRITE_YANKS = "write/yanks";
    /// Artifacts by key.
    READ_ARTIFACTS_BY_KEY = "read/artifacts_by_key";
    /// Artifacts of releases by file name.
    READ_ARTIFACTS_OF_VERSIONS = "read/artifacts_of_versions";
    /// How many requirement lines name each of these packages.
    READ_DEPENDENT_COUNTS_OF_PACKAGES = "read/dependent_counts_of_packages";
    /// How many requirement lines admit each of these releases.
    READ_DEPENDENT_COUNTS_OF_VERSIONS = "read/dependent_counts_of_versions";
    /// One page per package of the requirement lines that name it.
    READ_DEPENDENTS_OF_PACKAGES = "read/dependents_of_packages";
    /// One page per release of the requirement lines that admit it.
    READ_DEPENDENTS_OF_VERSIONS = "read/dependents_of_versions";
    /// The documents that the graph states, oldest key first.
    READ_DOCUMENTS = "read/documents";
    /// Documents by key.
    READ_DOCUMENTS_BY_KEY = "read/documents_by_key";
    /// Which of these indexes are there.
    READ_INDEXES_KNOWN = "read/indexes_known";
    /// Which of these documents the graph already states.
    READ_DOCUMENTS_KNOWN = "read/documents_known";
    /// The migrations that this graph has seen.
    READ_MIGRATIONS = "read/migrations";
    /// How many Python packages have this prefix.
    READ_PACKAGE_COUNT = "read/package_count";
    /// A page of Python packages by name.
    READ_PACKAGES = "read/packages";
    /// Python packages by key.
    READ_PACKAGES_BY_KEY = "read/packages_by_key";
    /// A page of requirement lines with text and intervals, to prove that they agree.
    READ_REQUIREMENT_INTERVALS = "read/requirement_intervals";
    /// Requirement lines of releases in published order.
    READ_REQUIREMENTS_OF_VERSIONS = "read/requirements_of_versions";
    /// How much knowledge there is; packages and releases of Python, not those of operating systems.
    READ_STATISTICS = "read/statistics";
    /// Python releases by key; those of operating systems have an ecosystem.
    READ_VERSIONS_BY_KEY = "read/versions_by_key";
    /// The releases of Python packages, newest first within each.
    READ_VERSIONS_OF_PACKAGES = "read/versions_of_packages";
    /// Artifacts of chosen releases, for hashes and for the check that one of them installs.
    PRUNE_ARTIFACTS = "prune/artifacts";
    /// One round of an advise: the releases of the frontier that survive, with the requirement lines in reach.
    PRUNE_CANDIDATES = "prune/candidates";
    /// How many artifacts of each release would install.
    PRUNE_INSTALLABLE = "prune/installable";
    /// The releases of the reached packages that pruning removed, with every clause that removed them.
    PRUNE_REMOVED = "prune/removed";
    /// Every Artifact node, for the canonical checksum.
    CHECKSUM_ARTIFACTS = "checksum/artifacts";
    /// Every CONTAINS relationship from Image to PackageVersion, for the canonical checksum.
    CHECKSUM_CONTAINS = "checksum/contains";
    /// Every Document node, for the canonical checksum.
    CHECKSUM_DOCUMENTS = "checksum/documents";
    /// Every Environment node, for the canonical checksum.
    CHECKSUM_ENVIRONMENTS = "checksum/environments";
    /// Every FROM relationship from PackageVersion to Index, for the canonical checksum.
    CHECKSUM_FROM = "checksum/from";
    /// Every HAS_ARTIFACT relationship from PackageVersion to Artifact, for the canonical checksum.
    CHECKSUM_HAS_ARTIFACT = "checksum/has_artifact";
    /// Every HAS_ENVIRONMENT relationship from Image to Environment, for the canonical checksum.
    CHECKSUM_HAS_ENVIRONMENT = "checksum/has_environment";
    /// Every HAS_VERSION relationship from Package to PackageVersion, for the canonical checksum.
    CHECKSUM_HAS_VERSION = "checksum/has_version";
    /// Every Image node, for the canonical checksum.
    CHECKSUM_IMAGES = "checksum/images";
    /// Every IN relationship from Observation to Environment, for the canonical checksum.
    CHECKSUM_OBSERVED_IN = "checksum/observed_in";
    /// Every Index node, for the canonical checksum.
    CHECKSUM_INDEXES = "checksum/indexes";
    /// Every Module node, for the canonical checksum.
    CHECKSUM_MODULES = "checksum/modules";
    /// Every Observation node, for the canonical checksum.
    CHECKSUM_OBSERVATIONS = "checksum/observations";
    /// Every OBSERVED relationship from Observation to PackageVersion, for the canonical checksum.
    CHECKSUM_OBSERVED = "checksum/observed";
    /// Every OBSERVED relationship from Observation to Stack, for the canonical checksum.
    CHECKSUM_OBSERVED_STACK = "checksum/observed_stack";
    /// Every OFFERS relationship from Image to Symbol, for the canonical checksum.
    CHECKSUM_OFFERS = "checksum/offers";
    /// Every PINS relationship from Stack to PackageVersion, for the canonical checksum.
    CHECKSUM_PINS = "checksum/pins";
    /// Every Stack node, for the canonical checksum.
    CHECKSUM_STACKS = "checksum/stacks";
    /// Every PackageVersion node, for the canonical checksum.
    CHECKSUM_PACKAGE_VERSIONS = "checksum/package_versions";
    /// Every Package node, for the canonical checksum.
    CHECKSUM_PACKAGES = "checksum/packages";
    /// Every PROVIDES relationship from PackageVersion to Module, for the canonical checksum.
    CHECKSUM_PROVIDES = "checksum/provides";
    /// Every REQUIRES relationship from PackageVersion to Package, for the canonical checksum.
    CHECKSUM_REQUIRES = "checksum/requires";
    /// Every STATES relationship from Document to Image, for the canonical checksum.
    CHECKSUM_STATES_IMAGE = "checksum/states_image";
    /// Every STATES relationship from Document to Observation, for the canonical checksum.
    CHECKSUM_STATES_OBSERVATION = "checksum/states_observation";
    /// Every STATES relationship from Document to PackageVersion, for the canonical checksum.
    CHECKSUM_STATES_VERSION = "checksum/states_version";
    /// Every Symbol node, for the canonical checksum.
    CHECKSUM_SYMBOLS = "checksum/symbols";
    /// An artifact of no release.
    INVARIANTS_ARTIFACT_WITHOUT_VERSION = "invariants/artifact_without_version";
    /// An image that no document states.
    INVARIANTS_IMAGE_WITHOUT_DOCUMENT = "invariants/image_without_document";
    /// A package of an operating system that comes from a Python index.
    INVARIANTS_NATIVE_VERSION_FROM_INDEX = "invariants/native_version_from_index";
    /// An observation that no document states.
    INVARIANTS_OBSERVATION_WITHOUT_DOCUMENT = "invariants/observation_without_document";
    /// An observation of nothing.
    INVARIANTS_OBSERVATION_WITHOUT_SUBJECT = "invariants/observation_without_subject";
    /// A requirement line that stands twice for one extra.
    INVARIANTS_REQUIREMENT_TWICE = "invariants/requirement_twice";
    /// Requirement lines of a release whose requirements are said to be unknown.
    INVARIANTS_REQUIREMENTS_OF_UNKNOWN = "invariants/requirements_of_unknown";
    /// A release that nothing speaks of: no document, no stack, no image.
    INVARIANTS_VERSION_WITHOUT_DOCUMENT = "invariants/version_without_document";
    /// A Python release from no index.
    INVARIANTS_VERSION_WITHOUT_INDEX = "invariants/version_without_index";
    /// A release without its package.
    INVARIANTS_VERSION_WITHOUT_PACKAGE = "invariants/version_without_package";
}
