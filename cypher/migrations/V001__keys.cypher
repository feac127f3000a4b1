// One canonical key per label: the only constraint that Community edition has, and what makes MERGE safe at once.
CREATE CONSTRAINT package_key IF NOT EXISTS FOR (node:Package) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT package_version_key IF NOT EXISTS FOR (node:PackageVersion) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT index_key IF NOT EXISTS FOR (node:Index) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT artifact_key IF NOT EXISTS FOR (node:Artifact) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT document_key IF NOT EXISTS FOR (node:Document) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT environment_key IF NOT EXISTS FOR (node:Environment) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT observation_key IF NOT EXISTS FOR (node:Observation) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT module_key IF NOT EXISTS FOR (node:Module) REQUIRE node.key IS UNIQUE;
CREATE CONSTRAINT migration_key IF NOT EXISTS FOR (node:Migration) REQUIRE node.key IS UNIQUE;
