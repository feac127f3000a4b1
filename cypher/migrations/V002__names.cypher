// Paging and prefix search over package names.
CREATE INDEX package_name IF NOT EXISTS FOR (node:Package) ON (node.name);
