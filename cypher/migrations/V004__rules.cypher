// Rules that name no package are asked of every request; `scope` says so of them alone.
CREATE INDEX rule_scope IF NOT EXISTS FOR (node:Rule) ON (node.scope);
