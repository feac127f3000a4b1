catalogue! {
    /// What is known of artifacts, from their newest statement.
    WRITE_ARTIFACT_FACTS = "write/artifact_facts";
    /// Artifacts of releases; setting the key locks each node for the transaction.
    WRITE_ARTIFACTS = "write/artifacts";
    /// Marks documents as stated; also the lock that makes two deliveries of one document wait for each other.
    WRITE_DOCUMENTS = "write/documents";
    /// Runtime environments that something was observed in.
    WRITE_ENVIRONMENTS = "write/environments";
    /// Machines that something was observed on, with what follows from their key.
    WRITE_HARDWARE = "write/hardware";
    /// Indexes that releases come from.
    WRITE_INDEXES = "write/indexes";
    /// Which script inspections ran, from their newest statement.
    WRITE_INSPECTION_SCRIPTS = "write/inspection_scripts";
    /// What inspections were asked to build and run, from their newest statement.
    WRITE_INSPECTION_SPECIFICATIONS = "write/inspection_specifications";
    /// Which statement the stack of an inspection comes from: the newest.
    WRITE_INSPECTION_STACK_HEADS = "write/inspection_stack_heads";
    /// Stacks that inspections used, where the statement is the newest.
    WRITE_INSPECTION_STACKS = "write/inspection_stacks";
    /// Removes the stack of inspections of which a newer document states the stack.
    WRITE_INSPECTION_STACKS_DROP = "write/inspection_stacks_drop";
    /// Which documents speak of which inspections.
    WRITE_INSPECTION_STATEMENTS = "write/inspection_statements";
    /// Environments that the stacks of inspections are meant for.
    WRITE_INSPECTION_TARGETS = "write/inspection_targets";
    /// Inspections; setting the key locks each node for the transaction.
    WRITE_INSPECTIONS = "write/inspections";
    /// Descriptive metadata of releases, from their newest statement.
    WRITE_METADATA = "write/metadata";
    /// Records an applied migration.
    WRITE_MIGRATION = "write/migration";
    /// Import names that releases provide.
    WRITE_MODULES = "write/modules";
    /// Observations, with the document that states them.
    WRITE_OBSERVATIONS = "write/observations";
    /// Environments that observations were made in.
    WRITE_OBSERVED_IN = "write/observed_in";
    /// Inspections that observations were made in.
    WRITE_OBSERVED_OF = "write/observed_of";
    /// Machines that observations were made on.
    WRITE_OBSERVED_ON = "write/observed_on";
    /// Stacks that observations are of.
    WRITE_OBSERVED_STACKS = "write/observed_stacks";
    /// Releases that observations are of.
    WRITE_OBSERVED_VERSIONS = "write/observed_versions";
    /// Which releases a stack pins.
    WRITE_PINS = "write/pins";
    /// Which documents state stacks that nothing else leads to.
    WRITE_STACK_STATEMENTS = "write/stack_statements";
    /// Locked sets of releases.
    WRITE_STACKS = "write/stacks";
    /// Packages that are named, as a release's own or as a requirement's.
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
    /// Releases with what follows from their key alone; setting the key locks each node for the transaction.
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
    /// Which of these documents the graph already states.
    READ_DOCUMENTS_KNOWN = "read/documents_known";
    /// The migrations that this graph has seen.
    READ_MIGRATIONS = "read/migrations";
    /// How many packages have this prefix.
    READ_PACKAGE_COUNT = "read/package_count";
    /// A page of packages by name.
    READ_PACKAGES = "read/packages";
    /// Packages by key.
    READ_PACKAGES_BY_KEY = "read/packages_by_key";
    /// A page of requirement lines with text and intervals, to prove that they agree.
    READ_REQUIREMENT_INTERVALS = "read/requirement_intervals";
    /// Requirement lines of releases in published order.
    READ_REQUIREMENTS_OF_VERSIONS = "read/requirements_of_versions";
    /// Which statement each group of a release's facts comes from.
    READ_STAMPS = "read/stamps";
    /// How much knowledge there is.
    READ_STATISTICS = "read/statistics";
    /// Releases by key.
    READ_VERSIONS_BY_KEY = "read/versions_by_key";
    /// The releases of packages, newest first within each.
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
    /// Every Document node, for the canonical checksum.
    CHECKSUM_DOCUMENTS = "checksum/documents";
    /// Every Environment node, for the canonical checksum.
    CHECKSUM_ENVIRONMENTS = "checksum/environments";
    /// Every FROM relationship from PackageVersion to Index, for the canonical checksum.
    CHECKSUM_FROM = "checksum/from";
    /// Every Hardware node, for the canonical checksum.
    CHECKSUM_HARDWARE = "checksum/hardware";
    /// Every HAS_ARTIFACT relationship from PackageVersion to Artifact, for the canonical checksum.
    CHECKSUM_HAS_ARTIFACT = "checksum/has_artifact";
    /// Every HAS_VERSION relationship from Package to PackageVersion, for the canonical checksum.
    CHECKSUM_HAS_VERSION = "checksum/has_version";
    /// Every FOR relationship from Inspection to Environment, for the canonical checksum.
    CHECKSUM_INSPECTION_FOR = "checksum/inspection_for";
    /// Every Inspection node, for the canonical checksum.
    CHECKSUM_INSPECTIONS = "checksum/inspections";
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
    /// Every OF relationship from Observation to Inspection, for the canonical checksum.
    CHECKSUM_OBSERVED_OF = "checksum/observed_of";
    /// Every ON relationship from Observation to Hardware, for the canonical checksum.
    CHECKSUM_OBSERVED_ON = "checksum/observed_on";
    /// Every OBSERVED relationship from Observation to Stack, for the canonical checksum.
    CHECKSUM_OBSERVED_STACK = "checksum/observed_stack";
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
    /// Every STATES relationship from Document to Inspection, for the canonical checksum.
    CHECKSUM_STATES_INSPECTION = "checksum/states_inspection";
    /// Every STATES relationship from Document to Observation, for the canonical checksum.
    CHECKSUM_STATES_OBSERVATION = "checksum/states_observation";
    /// Every STATES relationship from Document to Stack, for the canonical checksum.
    CHECKSUM_STATES_STACK = "checksum/states_stack";
    /// Every STATES relationship from Document to PackageVersion, for the canonical checksum.
    CHECKSUM_STATES_VERSION = "checksum/states_version";
    /// Every USED relationship from Inspection to Stack, for the canonical checksum.
    CHECKSUM_USED = "checksum/used";
    /// An artifact of no release.
    INVARIANTS_ARTIFACT_WITHOUT_VERSION = "invariants/artifact_without_version";
    /// An inspection that no document states.
    INVARIANTS_INSPECTION_WITHOUT_DOCUMENT = "invariants/inspection_without_document";
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
    /// A release from no index.
    INVARIANTS_VERSION_WITHOUT_INDEX = "invariants/version_without_index";
    /// A release without its package.
    INVARIANTS_VERSION_WITHOUT_PACKAGE = "invariants/version_without_package";
}
