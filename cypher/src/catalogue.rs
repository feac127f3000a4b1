catalogue! {
    /// Whether releases vanished from their index, from their newest statement.
    WRITE_ABSENCES = "write/absences";
    /// Advices, with the document that states them.
    WRITE_ADVICES = "write/advices";
    /// Environments that advices are for.
    WRITE_ADVISED_ENVIRONMENTS = "write/advised_environments";
    /// Advisories, with the documents that state them.
    WRITE_ADVISORIES = "write/advisories";
    /// What is known of advisories, from their newest statement.
    WRITE_ADVISORY_FACTS = "write/advisory_facts";
    /// What advisories affect, from the statement that their facts come from.
    WRITE_AFFECTS = "write/affects";
    /// Removes what advisories affect where a newer document states it.
    WRITE_AFFECTS_DROP = "write/affects_drop";
    /// What is known of artifacts, from their newest statement.
    WRITE_ARTIFACT_FACTS = "write/artifact_facts";
    /// Releases of artifacts that are there.
    WRITE_ARTIFACT_RELEASES = "write/artifact_releases";
    /// Artifacts that are named for the first time.
    WRITE_ARTIFACTS = "write/artifacts";
    /// Takes every stated fact from advisories.
    WRITE_CLEAR_ADVISORIES = "write/clear_advisories";
    /// Takes what they affect from advisories.
    WRITE_CLEAR_ADVISORY_LINES = "write/clear_advisory_lines";
    /// Takes every stated fact from artifacts.
    WRITE_CLEAR_ARTIFACTS = "write/clear_artifacts";
    /// Takes contents, environments and symbols from images.
    WRITE_CLEAR_IMAGE_LINES = "write/clear_image_lines";
    /// Takes every stated fact from images.
    WRITE_CLEAR_IMAGES = "write/clear_images";
    /// Takes their stack and the environments that it is meant for from inspections.
    WRITE_CLEAR_INSPECTION_LINES = "write/clear_inspection_lines";
    /// Takes every stated fact from inspections.
    WRITE_CLEAR_INSPECTIONS = "write/clear_inspections";
    /// Takes from packages what is known of them as a whole.
    WRITE_CLEAR_PACKAGES = "write/clear_packages";
    /// Takes every stated fact from rule sets.
    WRITE_CLEAR_RULE_SETS = "write/clear_rule_sets";
    /// Removes the rules of sets.
    WRITE_CLEAR_RULES = "write/clear_rules";
    /// Takes requirement lines, artifacts and modules from releases.
    WRITE_CLEAR_VERSION_LINES = "write/clear_version_lines";
    /// Takes every stated fact from releases; what follows from their key stays.
    WRITE_CLEAR_VERSIONS = "write/clear_versions";
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
    /// Removes those of these advices that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_ADVICES = "write/forget_advices";
    /// Removes those of these advisories that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_ADVISORIES = "write/forget_advisories";
    /// Removes those of these artifacts that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_ARTIFACTS = "write/forget_artifacts";
    /// Removes documents; what they stated stays and is looked after by the same transaction.
    WRITE_FORGET_DOCUMENTS = "write/forget_documents";
    /// Removes those of these environments that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_ENVIRONMENTS = "write/forget_environments";
    /// Removes those of these hardware that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_HARDWARE = "write/forget_hardware";
    /// Removes those of these images that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_IMAGES = "write/forget_images";
    /// Removes those of these indexes that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_INDEXES = "write/forget_indexes";
    /// Removes those of these inspections that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_INSPECTIONS = "write/forget_inspections";
    /// Removes those of these modules that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_MODULES = "write/forget_modules";
    /// Removes those of these observations that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_OBSERVATIONS = "write/forget_observations";
    /// Removes those of these packages that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_PACKAGES = "write/forget_packages";
    /// Removes those of these rule sets that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_RULE_SETS = "write/forget_rule_sets";
    /// Removes those of these stacks that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_STACKS = "write/forget_stacks";
    /// Removes those of these symbols that nothing refers to; each is locked by setting its key, and looked at again.
    WRITE_FORGET_SYMBOLS = "write/forget_symbols";
    /// Removes those of these releases that nothing speaks of: no document, no stack, no image.
    WRITE_FORGET_VERSIONS = "write/forget_versions";
    /// Locks that advices were asked about.
    WRITE_GIVEN_STACKS = "write/given_stacks";
    /// Machines that something was observed on, with what follows from their key.
    WRITE_HARDWARE = "write/hardware";
    /// Locks the artifacts of the releases that documents state for the transaction.
    WRITE_HOLD_ARTIFACTS = "write/hold_artifacts";
    /// Locks documents for the transaction.
    WRITE_HOLD_DOCUMENTS = "write/hold_documents";
    /// Locks the nodes that documents state for the transaction, so that no other statement comes meanwhile.
    WRITE_HOLD_STATED = "write/hold_stated";
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
    /// Indexes that releases come from.
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
    /// Packages of which an advice did not know enough.
    WRITE_LACKED_PACKAGES = "write/lacked_packages";
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
    /// Inspections that observations were made in.
    WRITE_OBSERVED_OF = "write/observed_of";
    /// Machines that observations were made on.
    WRITE_OBSERVED_ON = "write/observed_on";
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
    /// Whether whole packages vanished from an index, from the newest statement.
    WRITE_PACKAGE_ABSENCE_FACTS = "write/package_absence_facts";
    /// Packages of which something is known as a whole on an index.
    WRITE_PACKAGE_ABSENCES = "write/package_absences";
    /// Which documents speak of packages as a whole.
    WRITE_PACKAGE_STATEMENTS = "write/package_statements";
    /// Packages that are named, as a release's own or as a requirement's.
    WRITE_PACKAGES = "write/packages";
    /// Which releases a stack pins.
    WRITE_PINS = "write/pins";
    /// Which files of releases are on their index, from their newest statement.
    WRITE_PRESENT_FILES = "write/present_files";
    /// Packages that are named for the first time, as a release's own, as a requirement's or as part of an image.
    /// When releases appeared, the earliest that any document states.
    WRITE_PUBLICATIONS = "write/publications";
    /// Stacks that advices recommend.
    WRITE_RECOMMENDED_STACKS = "write/recommended_stacks";
    /// What releases demand of the interpreter and whether their requirements are known, from their newest statement.
    WRITE_REQUIREMENT_HEADS = "write/requirement_heads";
    /// Requirement lines of releases; one relationship per line and activating extra.
    WRITE_REQUIREMENTS = "write/requirements";
    /// Removes the requirement lines of releases whose requirements a newer document states.
    WRITE_REQUIREMENTS_DROP = "write/requirements_drop";
    /// Packages that rules name.
    WRITE_RULE_CONCERNS = "write/rule_concerns";
    /// What is known of rule sets, from their newest statement.
    WRITE_RULE_SET_FACTS = "write/rule_set_facts";
    /// Rule sets with the documents that state them; setting the key locks each node for the transaction.
    WRITE_RULE_SETS = "write/rule_sets";
    /// Rules of the newest statement of their set.
    WRITE_RULES = "write/rules";
    /// Removes the rules of sets that a newer document states.
    WRITE_RULES_DROP = "write/rules_drop";
    /// Other revisions for packages of which something is written.
    WRITE_REVISIONS = "write/revisions";
    /// Other revisions for the packages of releases with artifacts whose facts may change.
    WRITE_REVISIONS_BY_ARTIFACTS = "write/revisions_by_artifacts";
    /// Other revisions for the packages of releases that are about to change or to go.
    WRITE_REVISIONS_BY_VERSIONS = "write/revisions_by_versions";
    /// Which documents state stacks that nothing else leads to.
    WRITE_STACK_STATEMENTS = "write/stack_statements";
    /// Locked sets of releases.
    WRITE_STACKS = "write/stacks";
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
    /// Advisories by key.
    READ_ADVISORIES_BY_KEY = "read/advisories_by_key";
    /// The advisories that affect releases, as known at a time.
    READ_ADVISORIES_OF_VERSIONS = "read/advisories_of_versions";
    /// What advices hold on to: stacks, packages that they lacked, environments.
    READ_AROUND_ADVICES = "read/around_advices";
    /// The packages that advisories affect.
    READ_AROUND_ADVISORIES = "read/around_advisories";
    /// What images hold on to beside releases, which their documents state too: environments and symbols.
    READ_AROUND_IMAGES = "read/around_images";
    /// What inspections hold on to: their stack, and the environments that it is meant for.
    READ_AROUND_INSPECTIONS = "read/around_inspections";
    /// What observations hold on to: what they are of, and where they were made.
    READ_AROUND_OBSERVATIONS = "read/around_observations";
    /// The indexes on which something is known of packages as a whole.
    READ_AROUND_PACKAGES = "read/around_packages";
    /// The packages that the rules of sets concern; the rules themselves go with the statement of their set.
    READ_AROUND_RULE_SETS = "read/around_rule_sets";
    /// The releases that stacks pin.
    READ_AROUND_STACKS = "read/around_stacks";
    /// What releases hold on to: their package, index, artifacts, modules and the packages they require.
    READ_AROUND_VERSIONS = "read/around_versions";
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
    /// The documents that state a release with an artifact of these releases, which states facts of that artifact.
    READ_DOCUMENTS_SHARING_ARTIFACTS = "read/documents_sharing_artifacts";
    /// The documents that state a node which these documents state too, themselves included.
    READ_DOCUMENTS_STATING_SAME = "read/documents_stating_same";
    /// Which of these indexes are there.
    READ_INDEXES_KNOWN = "read/indexes_known";
    /// Those of these stacks that nothing refers to: no document, no advice, no inspection, no observation.
    READ_LOOSE_STACKS = "read/loose_stacks";
    /// Those of these releases that nothing speaks of: no document, no stack, no image.
    READ_LOOSE_VERSIONS = "read/loose_versions";
    /// The migrations that this graph has seen.
    READ_MIGRATIONS = "read/migrations";
    /// How many Python packages have this prefix.
    READ_PACKAGE_COUNT = "read/package_count";
    /// A page of Python packages by name.
    READ_PACKAGES = "read/packages";
    /// Python packages by key.
    READ_PACKAGES_BY_KEY = "read/packages_by_key";
    /// The packages that advisories affect, with the versions as stated and as intervals.
    READ_PACKAGES_OF_ADVISORIES = "read/packages_of_advisories";
    /// The packages that releases require.
    READ_REQUIRED_PACKAGES = "read/required_packages";
    /// A page of requirement lines with text and intervals, to prove that they agree.
    READ_REQUIREMENT_INTERVALS = "read/requirement_intervals";
    /// Requirement lines of releases in published order.
    READ_REQUIREMENTS_OF_VERSIONS = "read/requirements_of_versions";
    /// Rules by their keys.
    READ_RULES_BY_KEY = "read/rules_by_key";
    /// The nodes that documents state.
    READ_STATED_NODES = "read/stated_nodes";
    /// How much knowledge there is.
    /// How much knowledge there is; packages and releases of Python, not those of operating systems.
    READ_STATISTICS = "read/statistics";
    /// Python releases by key; those of operating systems have an ecosystem.
    READ_VERSIONS_BY_KEY = "read/versions_by_key";
    /// The releases that advisories affect.
    READ_VERSIONS_OF_ADVISORIES = "read/versions_of_advisories";
    /// The releases of packages, newest first within each.
    /// The releases of Python packages, newest first within each.
    READ_VERSIONS_OF_PACKAGES = "read/versions_of_packages";
    /// One round of an advise: what changed of the packages of the frontier, every release with what removes it.
    PRUNE_CANDIDATES = "prune/candidates";
    /// What is known of releases besides their metadata.
    PRUNE_EVIDENCE_RELEASES = "prune/evidence_releases";
    /// What was seen of stacks: how they went, and what was measured.
    PRUNE_EVIDENCE_STACKS = "prune/evidence_stacks";
    /// Rules that may count for a request.
    PRUNE_RULES = "prune/rules";
    /// Every Advice node, for the canonical checksum.
    CHECKSUM_ADVICES = "checksum/advices";
    /// Every FOR relationship from Advice to Environment, for the canonical checksum.
    CHECKSUM_ADVISED_FOR = "checksum/advised_for";
    /// Every Advisory node, for the canonical checksum.
    CHECKSUM_ADVISORIES = "checksum/advisories";
    /// Every AFFECTS relationship from Advisory to Package, for the canonical checksum.
    CHECKSUM_AFFECTS = "checksum/affects";
    /// Every Artifact node, for the canonical checksum.
    CHECKSUM_ARTIFACTS = "checksum/artifacts";
    /// Every CONCERNS relationship from Rule to Package, for the canonical checksum.
    CHECKSUM_CONCERNS = "checksum/concerns";
    /// Every CONTAINS relationship from Image to PackageVersion, for the canonical checksum.
    CHECKSUM_CONTAINS = "checksum/contains";
    /// Every Document node, for the canonical checksum.
    CHECKSUM_DOCUMENTS = "checksum/documents";
    /// Every Environment node, for the canonical checksum.
    CHECKSUM_ENVIRONMENTS = "checksum/environments";
    /// Every FROM relationship from PackageVersion to Index, for the canonical checksum.
    CHECKSUM_FROM = "checksum/from";
    /// Every GIVEN relationship from Advice to Stack, for the canonical checksum.
    CHECKSUM_GIVEN = "checksum/given";
    /// Every Hardware node, for the canonical checksum.
    CHECKSUM_HARDWARE = "checksum/hardware";
    /// Every HAS_ARTIFACT relationship from PackageVersion to Artifact, for the canonical checksum.
    CHECKSUM_HAS_ARTIFACT = "checksum/has_artifact";
    /// Every HAS_ENVIRONMENT relationship from Image to Environment, for the canonical checksum.
    CHECKSUM_HAS_ENVIRONMENT = "checksum/has_environment";
    /// Every HAS_VERSION relationship from Package to PackageVersion, for the canonical checksum.
    CHECKSUM_HAS_VERSION = "checksum/has_version";
    /// Every HOLDS relationship from RuleSet to Rule, for the canonical checksum.
    CHECKSUM_HOLDS = "checksum/holds";
    /// Every Image node, for the canonical checksum.
    CHECKSUM_IMAGES = "checksum/images";
    /// Every Index node, for the canonical checksum.
    CHECKSUM_INDEXES = "checksum/indexes";
    /// Every FOR relationship from Inspection to Environment, for the canonical checksum.
    CHECKSUM_INSPECTION_FOR = "checksum/inspection_for";
    /// Every Inspection node, for the canonical checksum.
    CHECKSUM_INSPECTIONS = "checksum/inspections";
    /// Every LACKED relationship from Advice to Package, for the canonical checksum.
    CHECKSUM_LACKED = "checksum/lacked";
    /// Every MISSING_FROM relationship from Package to Index, for the canonical checksum.
    CHECKSUM_MISSING_FROM = "checksum/missing_from";
    /// Every Module node, for the canonical checksum.
    CHECKSUM_MODULES = "checksum/modules";
    /// Every Observation node, for the canonical checksum.
    CHECKSUM_OBSERVATIONS = "checksum/observations";
    /// Every OBSERVED relationship from Observation to PackageVersion, for the canonical checksum.
    CHECKSUM_OBSERVED = "checksum/observed";
    /// Every IN relationship from Observation to Environment, for the canonical checksum.
    CHECKSUM_OBSERVED_IN = "checksum/observed_in";
    /// Every OF relationship from Observation to Inspection, for the canonical checksum.
    CHECKSUM_OBSERVED_OF = "checksum/observed_of";
    /// Every ON relationship from Observation to Hardware, for the canonical checksum.
    CHECKSUM_OBSERVED_ON = "checksum/observed_on";
    /// Every OBSERVED relationship from Observation to Stack, for the canonical checksum.
    CHECKSUM_OBSERVED_STACK = "checksum/observed_stack";
    /// Every OFFERS relationship from Image to Symbol, for the canonical checksum.
    CHECKSUM_OFFERS = "checksum/offers";
    /// Every PackageVersion node, for the canonical checksum.
    CHECKSUM_PACKAGE_VERSIONS = "checksum/package_versions";
    /// Every Package node, for the canonical checksum.
    CHECKSUM_PACKAGES = "checksum/packages";
    /// Every PINS relationship from Stack to PackageVersion, for the canonical checksum.
    CHECKSUM_PINS = "checksum/pins";
    /// Every PROVIDES relationship from PackageVersion to Module, for the canonical checksum.
    CHECKSUM_PROVIDES = "checksum/provides";
    /// Every RECOMMENDS relationship from Advice to Stack, for the canonical checksum.
    CHECKSUM_RECOMMENDS = "checksum/recommends";
    /// Every REQUIRES relationship from PackageVersion to Package, for the canonical checksum.
    CHECKSUM_REQUIRES = "checksum/requires";
    /// Every RuleSet node, for the canonical checksum.
    CHECKSUM_RULE_SETS = "checksum/rule_sets";
    /// Every Rule node, for the canonical checksum.
    CHECKSUM_RULES = "checksum/rules";
    /// Every Stack node, for the canonical checksum.
    CHECKSUM_STACKS = "checksum/stacks";
    /// Every STATES relationship from Document to Advice, for the canonical checksum.
    CHECKSUM_STATES_ADVICE = "checksum/states_advice";
    /// Every STATES relationship from Document to Advisory, for the canonical checksum.
    CHECKSUM_STATES_ADVISORY = "checksum/states_advisory";
    /// Every STATES relationship from Document to Image, for the canonical checksum.
    CHECKSUM_STATES_IMAGE = "checksum/states_image";
    /// Every STATES relationship from Document to Inspection, for the canonical checksum.
    CHECKSUM_STATES_INSPECTION = "checksum/states_inspection";
    /// Every STATES relationship from Document to Observation, for the canonical checksum.
    CHECKSUM_STATES_OBSERVATION = "checksum/states_observation";
    /// Every STATES relationship from Document to Package, for the canonical checksum.
    CHECKSUM_STATES_PACKAGE = "checksum/states_package";
    /// Every STATES relationship from Document to RuleSet, for the canonical checksum.
    CHECKSUM_STATES_RULE_SET = "checksum/states_rule_set";
    /// Every STATES relationship from Document to Stack, for the canonical checksum.
    CHECKSUM_STATES_STACK = "checksum/states_stack";
    /// Every STATES relationship from Document to PackageVersion, for the canonical checksum.
    CHECKSUM_STATES_VERSION = "checksum/states_version";
    /// Every Symbol node, for the canonical checksum.
    CHECKSUM_SYMBOLS = "checksum/symbols";
    /// Every USED relationship from Inspection to Stack, for the canonical checksum.
    CHECKSUM_USED = "checksum/used";
    /// An advice that no document states.
    INVARIANTS_ADVICE_WITHOUT_DOCUMENT = "invariants/advice_without_document";
    /// An advisory that no document states.
    INVARIANTS_ADVISORY_WITHOUT_DOCUMENT = "invariants/advisory_without_document";
    /// An advisory whose versions are no intervals.
    INVARIANTS_AFFECTS_BROKEN_INTERVAL = "invariants/affects_broken_interval";
    /// An artifact of no release.
    INVARIANTS_ARTIFACT_WITHOUT_VERSION = "invariants/artifact_without_version";
    /// An image that no document states.
    INVARIANTS_IMAGE_WITHOUT_DOCUMENT = "invariants/image_without_document";
    /// An inspection that no document states.
    INVARIANTS_INSPECTION_WITHOUT_DOCUMENT = "invariants/inspection_without_document";
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
    /// A rule set that no document states.
    INVARIANTS_RULE_SET_WITHOUT_DOCUMENT = "invariants/rule_set_without_document";
    /// A rule of no set.
    INVARIANTS_RULE_WITHOUT_SET = "invariants/rule_without_set";
    /// A release that nothing speaks of: no document, no stack, no image.
    INVARIANTS_VERSION_WITHOUT_DOCUMENT = "invariants/version_without_document";
    /// A Python release from no index.
    INVARIANTS_VERSION_WITHOUT_INDEX = "invariants/version_without_index";
    /// A release without its package.
    INVARIANTS_VERSION_WITHOUT_PACKAGE = "invariants/version_without_package";
}
